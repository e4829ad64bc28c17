"""Loans: what their plans read, and how pages and callers see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wharfinger.base import clock, configuration
from wharfinger.base.door import known
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Contact, Organization, User
from wharfinger.stock.models import Bin, Loan
from wharfinger.stock.rules.lending import Borrower, until

WORDS: dict[str, tuple[str, str]] = {
    "lent": ("violet", N_("On loan")),
    "overdue": ("red", N_("Overdue")),
    "back": ("green", N_("Given back")),
}
"""What a loan is called, and its tone."""


class Lent(NamedTuple):
    """Goods of a loan: how many left, and how many are still there."""

    product: int
    sku: str
    name: str
    decimals: int
    code: str
    lot: int
    lent: int
    out: int


def read_borrower(to: Borrower) -> Callable[[Truth], None]:
    """Read whether there is whom goods are lent to, and whose the contact is."""

    def read(truth: Truth) -> None:
        organizations = Organization.objects.filter(pk=to.organization or 0, retired_on__isnull=True)
        people = User.objects.filter(pk=to.person or 0, is_active=True)
        contacts = Contact.objects.filter(pk=to.contact or 0).values_list("organization_id", flat=True)
        truth.read["borrowers"] = {
            "organization": to.organization is not None and organizations.exists(),
            "person": to.person is not None and people.exists(),
            "contact": contacts.first() if to.contact is not None else None,
        }

    return read


def read_open_bins(truth: Truth) -> None:
    """Read the places of the bins that are in use."""
    found = Bin.objects.filter(retired_on__isnull=True, location__retired_on__isnull=True)
    truth.read["open_bins"] = set(found.values_list("place_id", flat=True))


def lent_place(truth: Truth) -> list[int]:
    """Where the goods of the loans at hand stand."""
    return [row.place_id for row in truth.documents["stock.Loan"].values()]


def loans() -> QuerySet[Any]:
    """Every loan that was not undone, with whether something of it is still out."""
    out = Holding.objects.filter(place=OuterRef("place"), quantity__gt=0)
    rows: QuerySet[Any] = Loan.objects.filter(void__isnull=True).select_related(
        "organization", "contact", "person", "made"
    )
    return rows.annotate(out=Exists(out))


def today() -> date:
    """The company's day."""
    return clock.today(configuration.one("time_zone"))


def one(pk: int) -> Any:
    """One loan; raises NotThere."""
    return known(loans().filter(pk=pk).first(), pk)


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Loans that any of these words describes."""
    day = today()
    found = {
        "lent": Q(out=True, due_on__gte=day),
        "overdue": Q(out=True, due_on__lt=day),
        "back": Q(out=False),
        "open": Q(out=True),
    }
    wanted = Q(pk__in=())
    for value in values:
        wanted |= found.get(value, Q(pk__in=()))
    return rows.filter(wanted)


def word(row: Any, day: date) -> str:
    """The word that describes a loan."""
    if not row.out:
        return "back"
    return "overdue" if row.due_on < day else "lent"


def untold() -> set[int]:
    """The loans whose day comes, or has passed, of which nobody was told yet."""
    day = today()
    ahead = Q(due_on__gte=day, due_on__lte=until(day)) & ~Q(told_of=F("due_on"), told_of__isnull=False)
    late = Q(due_on__lt=day) & ~Q(overdue_told_of=F("due_on"), overdue_told_of__isnull=False)
    return set(loans().filter(ahead | late, out=True).values_list("pk", flat=True))


def goods_of(rows: Iterable[Any]) -> dict[int, list[Lent]]:
    """The goods of these loans, in one statement."""
    at = {row.place_id: row.pk for row in rows}
    found: dict[int, list[Lent]] = defaultdict(list)
    for place, *told, lent, out in sql.fetch(
        "SELECT h.place_id, g.id, g.sku, g.name, g.quantity_decimals, l.code, l.id, (SELECT SUM(m.quantity - "
        "COALESCE((SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0)) "
        "FROM ledger_move m WHERE m.target_id = h.id AND m.reverses_id IS NULL), h.quantity "
        "FROM ledger_holding h JOIN catalog_product g ON g.id = h.product_id JOIN ledger_lot l ON l.id = h.lot_id "
        f"WHERE {sql.among('h.place_id')} ORDER BY h.place_id, g.sku, l.code",
        [sql.array(sorted(at))],
    ):
        if lent:
            found[at[place]].append(Lent._make((*told, int(lent), int(out))))
    return found


def whom(row: Any) -> str:
    """Who has the goods, by name."""
    return str(row.organization.name) if row.organization else str(row.person)


def show_loans(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Loans for callers of the API."""
    listed, day = list(rows), today()
    goods = goods_of(listed)
    return [
        {
            "id": row.pk,
            "number": row.number,
            "status": word(row, day),
            "organization": row.organization_id,
            "contact": row.contact_id,
            "person": row.person_id,
            "borrower": whom(row),
            "lent_on": row.made.effective_on,
            "due_on": row.due_on,
            "days_left": (row.due_on - day).days if row.out else None,
            "accepted_by": row.accepted_by,
            "note": row.note,
            "lines": [
                {
                    "product": some.product,
                    "sku": some.sku,
                    "serial": some.code,
                    "quantity": plain(some.lent, some.decimals),
                    "out": plain(some.out, some.decimals),
                }
                for some in goods.get(row.pk, ())
            ],
        }
        for row in listed
    ]
