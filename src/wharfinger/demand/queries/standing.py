"""How far documents have been decided, whatever their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import SUBJECTS, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import Standing
from wharfinger.demand.rules.permitted import permission
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.prepared import Prepared, ids
from wharfinger.parties.models import Contact, Grant, Organization, Site, Terms, User, covers
from wharfinger.pricing import queries as pricing
from wharfinger.stock.models import Location

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
        "pk",
        "kind",
        "order__confirmed_at",
        "order__held_at",
        "order__fulfilled_at",
        "organization_id",
        "organization__held_at",
        "organization__credit_limit_minor",
        "organization__tax_code",
        Exists(TaxCode.objects.filter(valid_until__isnull=False)),
        *(name for name, _ in _DECISIONS),
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
            fulfilled is not None,
            f"{SUBJECTS[kind]}:{pk}",
            customer if account_held is not None or limit is not None else None,
            (customer, code) if code is not None else None,
            bool(ends),
        )
        for pk, kind, confirmed, held, fulfilled, customer, account_held, limit, code, ends, *decided in (
            _STANDING(wanted) if wanted else ()
        )
    }


def read_standing(truth: Truth) -> None:
    """Read the standing of the documents that are locked, and how their customers are taxed."""
    found = truth.read["standing"] = standing(truth.documents.get("demand.Sheet", {}))
    read_treated(truth, dict(one.treated for one in found.values() if one.treated))
    read_followers(truth, ends=any(one.codes_end for one in found.values()))


def still_permitted(actor: Actor, *sheets: int, adds: bool = False) -> Callable[[Truth], None]:
    """Let pass under the locks who may change lines of these documents: one may have become firm meanwhile."""

    def read(truth: Truth) -> None:
        for sheet in sheets:
            if (found := truth.read["standing"].get(sheet)) is not None:
                require(actor, permission(found.kind, firm=found.firm, adds=adds))

    return read


def read_default_site(sheet: int) -> Callable[[Truth], None]:
    """Read to where a document's customer has goods sent unless a line says otherwise."""

    def read(truth: Truth) -> None:
        document = truth.documents["demand.Sheet"].get(sheet)
        truth.read["default_site"] = default_site(document.organization_id) if document else None

    return read


def read_customer(
    pk: int,
    *,
    site: int | None = None,
    contact: int | None = None,
    people: Sequence[int | None] = (),
    location: int | None = None,
    terms: int | None = None,
    may: str = "sales.read",
) -> Callable[[Truth], None]:
    """Read for whom a new document is, to where their goods are sent and from where they are taken first.

    site, contact: must be theirs; people: the owner first, must be active, and hold the permission ``may``;
    location, terms: must be in use. Raises BadInput otherwise, Refusal when retired.
    """

    def read(truth: Truth) -> None:
        require_theirs(pk, site=site, contact=contact)
        require_people(people, may)
        require_location(location)
        require_terms(terms)
        owner = next(iter(people), None) or truth.actor
        organization = sql.by_ids(
            Organization, [pk], also=[DEFAULT_SITE, says_tax(truth), _location_of(owner), CODES_END]
        ).get(pk)
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
        truth.read["granted"] = {pk: organization.discount_micro}
        read_treated(truth, {pk: organization.tax_code_id})
        read_followers(truth, ends=bool(organization.codes_end))  # type: ignore[attr-defined]
        truth.read["says_tax"] = {pk: organization.says_tax}  # type: ignore[attr-defined]
        truth.read["default_site"] = organization.default_site  # type: ignore[attr-defined]
        truth.read["location"] = location or organization.default_location  # type: ignore[attr-defined]

    return read


def read_granted(sheet: int, wishes: Sequence[LineWish]) -> Callable[[Truth], None]:
    """Read what the customer of a locked document is granted; no statement where every line says its discount."""

    def read(truth: Truth) -> None:
        document = truth.documents["demand.Sheet"].get(sheet)
        if document is None or all(wish.discount is not None for wish in wishes):
            return
        whose = Organization.objects.filter(pk=document.organization_id)
        truth.read["granted"] = dict(whose.values_list("pk", "discount_micro"))

    return read


def read_treated(truth: Truth, treated: Mapping[int, int | None]) -> None:
    """Keep by which tax codes customers are taxed in place of a standard rate; no statement where nobody is."""
    known = {pk: code for pk, code in treated.items() if code}
    truth.read["treated"] = truth.read.get("treated", {}) | known
    if known:
        standard = TaxCode.objects.filter(category="S", rate_micro__gt=0)
        truth.read["standard_rated"] = set(standard.values_list("pk", flat=True))


def read_followers(truth: Truth, *, ends: bool) -> None:
    """Read all tax codes, where one of them ends, so that a new line takes the one that follows; else no statement."""
    truth.read["followers"] = {code.pk: code for code in TaxCode.objects.all()} if ends else {}


CODES_END = ("codes_end", "EXISTS (SELECT 1 FROM catalog_taxcode t WHERE t.valid_until IS NOT NULL)")
"""Whether there is a tax code that ends, read with an organization."""


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


def says_tax(truth: Truth) -> tuple[str, str]:
    """Whether a customer's price list includes tax, read with the organization."""
    return "says_tax", pricing.says_tax(truth.effective_on)


def _location_of(owner: int | None) -> tuple[str, str]:
    """The customer's location, else the owner's, unless it is out of use or in somebody's custody by now."""
    usable = "SELECT k.id FROM stock_location k WHERE k.retired_on IS NULL AND k.kind <> 'person' AND k.id ="
    theirs = f"(SELECT u.location_id FROM parties_user u WHERE u.id = {owner or 0:d})"
    return "default_location", f"COALESCE(({usable} parties_organization.location_id), ({usable} {theirs}))"


def require_location(location: int | None) -> None:
    """Let pass a location that is in use; raises BadInput for any other."""
    if location is not None and not Location.objects.filter(pk=location, retired_on__isnull=True).exists():
        raise BadInput(
            "no_such_location", N_("There is no such location, or it is retired."), field="location"
        )


def require_terms(terms: int | None) -> None:
    """Let pass terms of payment that are in use; raises BadInput for any other."""
    if terms is not None and not Terms.objects.filter(pk=terms, retired_on__isnull=True).exists():
        raise BadInput("no_such_terms", N_("There are no such terms, or they are retired."), field="terms")


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


def people_who(permission: str, among: Iterable[int] | None = None) -> dict[int, str]:
    """The active people who hold this permission, by name, in one statement; among: only of these."""
    held = Grant.objects.filter(ended_at__isnull=True, void__isnull=True, user__is_active=True)
    if among is not None:
        held = held.filter(user__in=sorted(set(among)))
    names: dict[int, str] = {}
    granted: dict[int, set[str]] = {}
    rows = held.order_by("user__name", "user__username", "user")
    for pk, name, login, some in rows.values_list(
        "user_id", "user__name", "user__username", "role__permissions"
    ):
        names[pk] = name or login
        granted.setdefault(pk, set()).update(some)
    return {pk: name for pk, name in names.items() if covers(frozenset(granted[pk]), permission)}


def require_people(people: Iterable[int | None], permission: str, *, field: str = "owner") -> None:
    """Let pass people who are active and hold the permission; raises BadInput for anybody else."""
    wanted = {pk for pk in people if pk is not None}
    missing = wanted - people_who(permission, wanted).keys() if wanted else set()
    if not missing:
        return
    found = {user.pk: user for user in User.objects.filter(pk__in=missing)}
    if missing - found.keys():
        raise BadInput("no_such_user", N_("There is no such user."), field=field)
    raise BadInput(
        "without_access",
        N_("{name} does not sign in here any more, or may not see this. Choose another."),
        field=field,
        name=str(found[min(missing)]),
    )


READS = {"quote": "sales.read", "order": "sales.read"}
"""What whoever owns a document must be allowed; ``work.read`` for work."""


def read_changed(sheet: int, values: Mapping[str, Any]) -> Callable[[Truth], None]:
    """Check that the people and the contact that a document is given are known; who stays may have left."""

    def read(truth: Truth) -> None:
        document = truth.documents.get("demand.Sheet", {}).get(sheet)
        if document is not None:
            require_theirs(document.organization_id, contact=values.get("contact_id"))
        if document is None or values.get("location_id") != document.location_id:
            require_location(values.get("location_id"))
        if document is None or values.get("terms_id") != document.terms_id:
            require_terms(values.get("terms_id"))
        permission = "sales.read" if document is None else READS.get(document.kind, "work.read")
        work = truth.documents.get("work.WorkOrder", {}).get(sheet)
        for name, row in (("owner", document), ("lead", work), ("resource", work)):
            person = values.get(f"{name}_id")
            if person is not None and (row is None or getattr(row, f"{name}_id") != person):
                require_people([person], permission, field=name)

    return read


def default_site(organization: int) -> int | None:
    """The first ship-to site of an organization."""
    found = Site.objects.filter(organization_id=organization, retired_on__isnull=True, ship_to=True)
    return found.order_by("pk").values_list("pk", flat=True).first()
