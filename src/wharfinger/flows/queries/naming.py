"""What names an organization, in any module, and what the merging of two reads under the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from django.db import connection, models

from wharfinger.catalog.models import VendorPrice
from wharfinger.ledger import sql
from wharfinger.ledger.look import FROM, HELD, held
from wharfinger.ledger.models import Lot
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import VendorTerms

APART = (Organization, VendorPrice, VendorTerms, Lot)
"""What is decided one by one: two prices of one product, what is agreed with both, two heaps of one lot, what was
merged before.
"""


@cache
def naming() -> tuple[tuple[type[models.Model], str], ...]:
    """Every model with rows that name an organization, and the column that does; documents before their parts."""
    return tuple(_naming())


def _naming() -> Iterator[tuple[type[models.Model], str]]:
    for relation in Organization._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and isinstance(relation, models.ManyToOneRel):
            model = relation.related_model
            assert isinstance(model, type)
            if model not in APART:
                yield model, relation.field.attname


def documents(organization: int, into: int) -> list[tuple[type[models.Model], sql.Found]]:
    """All rows that name the organization, found and locked by condition: one statement for each model."""
    wanted: dict[type[models.Model], list[str]] = {}
    for model, column in naming():
        wanted.setdefault(model, []).append(column)
    found = [
        (
            model,
            sql.Found(" OR ".join(f"{_quoted(name)} = %s" for name in names), (organization,) * len(names)),
        )
        for model, names in wanted.items()
    ]
    pair = (organization, into)
    return [
        (Organization, sql.Found("id IN (%s, %s) OR merged_into_id = %s", (*pair, organization))),
        *found,
        (VendorPrice, sql.Found("organization_id IN (%s, %s)", pair)),
        (VendorTerms, sql.Found("organization_id IN (%s, %s)", pair)),
        (Lot, sql.Found("owner_id = %s", (organization,))),
    ]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def products(truth: Truth) -> list[int]:
    """The products of which we keep goods for them."""
    return sorted({lot.product_id for lot in truth.documents["ledger.Lot"].values()})


def read_naming(truth: Truth) -> None:
    """Let the plan know which column of which rows names the organization."""
    truth.read["naming"] = [(model._meta.label, column) for model, column in naming()]


def read_kept(into: int) -> Callable[[Truth], None]:
    """Read the goods on shelves that we keep for the one, and the lots of which we keep some for the other, too."""

    def read(truth: Truth) -> None:
        lots = truth.documents["ledger.Lot"].values()
        theirs = Lot.objects.filter(owner_id=into, product__in={lot.product_id for lot in lots})
        truth.read["twins"] = {(one.product_id, one.code_key): one.pk for one in theirs}
        both = sorted(lot.pk for lot in lots if (lot.product_id, lot.code_key) in truth.read["twins"])
        truth.read["shelved"] = [
            held(row)
            for row in sql.fetch(
                f"SELECT {HELD} {FROM} WHERE {sql.among('h.lot_id')} AND h.quantity > 0 "
                "AND h.kind IN ('bin', 'quarantine')",
                [sql.array(both)],
            )
        ]

    return read
