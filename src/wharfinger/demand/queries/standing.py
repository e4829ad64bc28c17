"""How far documents have been decided, whatever their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules.amend import Standing
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.prepared import Prepared, ids
from wharfinger.parties.models import Contact, Organization, Site, User

_DECISIONS = (
    ("quote__won_at", "won"),
    ("quote__lost_at", "lost"),
    ("order__cancelled_at", "cancelled"),
    ("work_order__cancelled_at", "cancelled"),
    ("work_order__completed_at", "completed"),
    ("void_id", "undone"),
)


_STANDING = Prepared(
    lambda sheets: Sheet.objects.filter(pk__in=sheets).values_list(
        "pk", "kind", "order__confirmed_at", "order__held_at", *(name for name, _ in _DECISIONS)
    ),
    ids("sheets"),
)


def standing(sheets: Iterable[int]) -> dict[int, Standing]:
    """The standing of these documents, in one statement."""
    wanted = set(sheets)
    return {
        pk: Standing(
            kind,
            kind != "quote" and (kind != "order" or confirmed is not None),
            next((word for (_, word), at in zip(_DECISIONS, decided, strict=True) if at is not None), ""),
            held is not None,
        )
        for pk, kind, confirmed, held, *decided in (_STANDING(wanted) if wanted else ())
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


def read_customer(
    pk: int, *, site: int | None = None, contact: int | None = None, people: Iterable[int | None] = ()
) -> Callable[[Truth], None]:
    """Read for whom a new document is, and to where their goods are sent.

    site, contact: must be theirs; people: must be users. Raises BadInput otherwise, Refusal when retired.
    """

    def read(truth: Truth) -> None:
        require_theirs(pk, site=site, contact=contact)
        require_people(people)
        organization = sql.by_ids(Organization, [pk], also=DEFAULT_SITE).get(pk)
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
        truth.read["default_site"] = organization.default_site  # type: ignore[attr-defined]

    return read


def read_customers(pks: Iterable[int]) -> Callable[[Truth], None]:
    """Let pass organizations that exist; raises BadInput for any other."""
    wanted = set(pks)

    def read(truth: Truth) -> None:
        if Organization.objects.filter(pk__in=wanted).count() != len(wanted):
            raise BadInput("no_such_organization", N_("There is no such organization."), field="organization")

    return read


DEFAULT_SITE = (
    "default_site",
    (
        "(SELECT MIN(s.id) FROM parties_site s "
        "WHERE s.organization_id = parties_organization.id AND s.retired_on IS NULL AND s.ship_to)"
    ),
)
"""The first ship-to site of an organization, read with it."""


def require_theirs(organization: int, *, site: int | None = None, contact: int | None = None) -> None:
    """Let pass sites and contacts of the organization; raises BadInput for any other."""
    if site is not None and not Site.objects.filter(pk=site, organization_id=organization).exists():
        raise BadInput("no_such_site", N_("This customer has no such site."), field="site")
    if contact is not None and not Contact.objects.filter(pk=contact, organization_id=organization).exists():
        raise BadInput("no_such_contact", N_("This customer has no such contact."), field="contact")


def require_their_contacts(pairs: Iterable[tuple[int, int]]) -> None:
    """Let pass contacts, each with its organization, that belong together; raises BadInput for any other."""
    wanted = set(pairs)
    found = Contact.objects.filter(pk__in={contact for _, contact in wanted}) if wanted else None
    if found is not None and not wanted <= set(found.values_list("organization_id", "pk")):
        raise BadInput("no_such_contact", N_("This customer has no such contact."), field="contact")


def require_people(people: Iterable[int | None]) -> None:
    """Let pass users; raises BadInput for anybody else."""
    wanted = {pk for pk in people if pk is not None}
    if wanted and User.objects.filter(pk__in=wanted).count() != len(wanted):
        raise BadInput("no_such_user", N_("There is no such user."), field="owner")


def read_changed(sheet: int, values: Mapping[str, Any]) -> Callable[[Truth], None]:
    """Check that the people and the contact that a document is given are known."""

    def read(truth: Truth) -> None:
        document = truth.documents.get("demand.Sheet", {}).get(sheet)
        if document is not None:
            require_theirs(document.organization_id, contact=values.get("contact_id"))
        require_people((values.get("owner_id"), values.get("lead_id")))

    return read


def default_site(organization: int) -> int | None:
    """The first ship-to site of an organization."""
    found = Site.objects.filter(organization_id=organization, retired_on__isnull=True, ship_to=True)
    return found.order_by("pk").values_list("pk", flat=True).first()
