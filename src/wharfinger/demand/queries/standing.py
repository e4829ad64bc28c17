"""How far documents have been decided, whatever their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules.amend import Standing
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Organization, Site

_DECISIONS = (
    ("quote__won_at", "won"),
    ("quote__lost_at", "lost"),
    ("order__cancelled_at", "cancelled"),
    ("work_order__cancelled_at", "cancelled"),
    ("work_order__completed_at", "completed"),
    ("void_id", "undone"),
)


def standing(sheets: Iterable[int]) -> dict[int, Standing]:
    """The standing of these documents, in one statement."""
    found = Sheet.objects.filter(pk__in=sorted(set(sheets)))
    rows = found.values("pk", "kind", "order__confirmed_at", *(name for name, _ in _DECISIONS))
    return {
        row["pk"]: Standing(
            row["kind"],
            row["kind"] != "quote" and (row["kind"] != "order" or row["order__confirmed_at"] is not None),
            next((word for name, word in _DECISIONS if row[name] is not None), ""),
        )
        for row in rows
    }


def read_standing(truth: Truth) -> None:
    """Read the standing of the documents that are locked."""
    truth.read["standing"] = standing(truth.documents.get("demand.Sheet", {}))


def read_default_site(sheet: int) -> Callable[[Truth], None]:
    """Read to where a document's customer has goods sent unless a line says otherwise."""

    def read(truth: Truth) -> None:
        document = truth.documents["demand.Sheet"].get(sheet)
        truth.read["default_site"] = default_site(document.organization_id) if document else None

    return read


def read_customer(pk: int) -> Callable[[Truth], None]:
    """Read for whom a new document is, and to where their goods are sent; raises Refusal when retired."""

    def read(truth: Truth) -> None:
        organization = Organization.objects.filter(pk=pk).first()
        if organization is None:
            raise BadInput("no_such_organization", N_("There is no such organization."), field="organization")
        if organization.retired_on is not None:
            raise Refusal(
                "organization_retired",
                N_("{name} is retired. Choose another."),
                field="organization",
                name=organization.name,
            )
        truth.read["organization"] = organization
        truth.read["default_site"] = default_site(pk)

    return read


def default_site(organization: int) -> int | None:
    """The first ship-to site of an organization."""
    found = Site.objects.filter(organization_id=organization, retired_on__isnull=True, ship_to=True)
    return found.order_by("pk").values_list("pk", flat=True).first()
