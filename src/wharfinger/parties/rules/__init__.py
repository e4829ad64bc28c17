"""Pure decisions about organizations, contacts, sites, users, roles and tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wharfinger.base import own
from wharfinger.base.fields import (
    Check,
    checked,
    country,
    currency,
    day,
    email,
    one_of,
    or_nothing,
    text,
    whole,
    yes_or_no,
)
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Id, Plan, Truth
from wharfinger.parties.permissions import GRANTABLE

Values = Mapping[str, Any]

LANGUAGES = ("en", "de")
ORGANIZATION: dict[str, Check] = {
    "name": text(200, needed=True),
    **dict.fromkeys(("customer", "vendor"), yes_or_no),
    "customer_group": or_nothing(whole(1, 2**63 - 1)),
    "location": or_nothing(whole(1, 2**63 - 1)),
    "currency": currency,
    "language": one_of(*LANGUAGES),
    "tax_number": text(40),
    "email": email,
    "phone": text(60),
    "reference": text(60),
    "terms_days": whole(0, 3650),
    "terms": or_nothing(whole(1, 2**63 - 1)),
    "tax_code": or_nothing(whole(1, 2**63 - 1)),
    "credit_limit_minor": or_nothing(whole(0, 10**15)),
    "discount_micro": whole(0, 10**6),
    "bills_by": one_of("", "mail", "hand"),
    "billing_policy": one_of("order", "shipment", "delivery", "monthly", "hand"),
    "own": own.sent,
    "retired_on": or_nothing(day),
}
CONTACT: dict[str, Check] = {
    "name": text(200, needed=True),
    "email": email,
    "phone": text(60),
    "retired_on": or_nothing(day),
}
SITE: dict[str, Check] = {
    "name": text(200, needed=True),
    "street": text(300),
    "postcode": text(20),
    "city": text(100),
    "region": text(100),
    "country": country,
    "ship_to": yes_or_no,
    "bill_to": yes_or_no,
    "retired_on": or_nothing(day),
}
USER: dict[str, Check] = {
    "username": text(150, needed=True),
    "name": text(200),
    "email": email,
    "language": one_of(*LANGUAGES),
    "is_active": yes_or_no,
    "location": or_nothing(whole(1, 2**63 - 1)),
}
GROUP: dict[str, Check] = {"name": text(100, needed=True), "retired_on": or_nothing(day)}
PERSONAL = frozenset(("name", "email", "phone", "username", "password"))
"""Of contacts and users: never kept in the journal, so that a person can be erased."""

BORN_ORGANIZATION = {
    "name": "",
    "customer": True,
    "vendor": False,
    "customer_group_id": None,
    "location_id": None,
    "terms_id": None,
    "tax_code_id": None,
    "language": "en",
    "tax_number": "",
    "email": "",
    "phone": "",
    "reference": "",
    "credit_limit_minor": None,
    "held_at": None,
    "hold_reason": "",
    "discount_micro": 0,
    "bills_by": "",
    "billing_policy": "shipment",
    "retired_on": None,
}
BORN_CONTACT = {"name": "", "email": "", "phone": "", "retired_on": None}
BORN_SITE = {
    **dict.fromkeys(("name", "street", "postcode", "city", "region"), ""),
    "ship_to": True,
    "bill_to": True,
    "retired_on": None,
}


def born(what: Values, values: Values) -> dict[str, Any]:
    """Values over what a noun is born with; raises BadInput when its name is missing."""
    if not values.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field="name")
    return {**what, **values}


def plan_organization(
    truth: Truth, *, values: Values, contacts: Sequence[Values], sites: Sequence[Values], home: Values
) -> Plan:
    """Add an organization with its contacts and sites. home: the settings that hold where nothing is said."""
    plan = Plan()
    group_is_there(truth, values)
    location_is_usable(truth, values)
    terms_are_there(truth, values)
    tax_code_is_there(truth, values)
    full = {**BORN_ORGANIZATION, **home_of_organization(home, values), **born({}, values)}
    full["own"] = owning.born(truth, "organization", full.get("own"))
    made = plan.create("parties.Organization", **full)
    for contact in contacts:
        add_contact(plan, made, contact)
    for site in sites:
        add_site(plan, made, site, home)
    plan.mention(("organization", made))
    return plan


def columns(values: Values) -> dict[str, Any]:
    """What is said of an organization or a person, by the column that keeps it."""
    return {
        f"{k}_id" if k in ("customer_group", "location", "terms", "tax_code") else k: value
        for k, value in values.items()
    }


def plan_group(truth: Truth, *, values: Values) -> Plan:
    """Add a group of customers."""
    plan = Plan()
    _group_is_new(truth, values.get("name", ""), None)
    plan.mention(
        ("customer_group", plan.create("parties.CustomerGroup", **born({"retired_on": None}, values)))
    )
    return plan


def plan_group_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Rename or retire a group of customers; who is in it keeps its prices."""
    if "name" in values:
        _group_is_new(truth, values["name"], pk)
    return plan_change(truth, label="parties.CustomerGroup", pk=pk, values=values)


def _group_is_new(truth: Truth, name: str, but: int | None) -> None:
    for one in truth.documents["parties.CustomerGroup"].values():
        if one.pk != but and same(one.name) == same(name):
            raise BadInput(
                "name_taken",
                N_("There is a customer group of this name already. Give another."),
                field="name",
            )


def group_is_there(truth: Truth, values: Values) -> None:
    """Let pass the customer group that values name; raises BadInput when there is none."""
    if values.get("customer_group_id") not in (None, truth.read.get("customer_group")):
        raise BadInput(
            "no_such_group", N_("There is no such customer group, or it is retired."), field="customer_group"
        )


def location_is_usable(truth: Truth, values: Values, row: Any = None) -> None:
    """Let pass the location that values name, or that stood there before; raises BadInput where it is nobody's default."""
    named = values.get("location_id")
    if named in (None, getattr(row, "location_id", None)) or truth.read["location_usable"]:
        return
    raise BadInput(
        "not_a_default",
        N_("Goods are taken first from a location in use that is in nobody's custody. Choose another."),
        field="location",
    )


def terms_are_there(truth: Truth, values: Values, row: Any = None) -> None:
    """Let pass the terms that values name, or that stood there before; raises BadInput when there are none."""
    named = values.get("terms_id")
    if named not in (None, getattr(row, "terms_id", None), truth.read.get("terms")):
        raise BadInput("no_such_terms", N_("There are no such terms, or they are retired."), field="terms")


def tax_code_is_there(truth: Truth, values: Values, row: Any = None) -> None:
    """Let pass the tax code that values name, or that stood there before; raises BadInput when there is none."""
    named = values.get("tax_code_id")
    if named not in (None, getattr(row, "tax_code_id", None), truth.read.get("tax_code")):
        raise BadInput(
            "no_such_tax_code", N_("There is no such tax code, or it is retired."), field="tax_code"
        )


def home_of_organization(home: Values, values: Values) -> dict[str, Any]:
    """What an organization takes from the company's settings; terms of payment only where no days are said."""
    terms = None if "terms_days" in values else home["terms"]
    return {"currency": home["currency"], "terms_days": home["terms_days"], "terms_id": terms}


def add_contact(plan: Plan, organization: Id, values: Values) -> None:
    """A person at the organization."""
    made = plan.create("parties.Contact", organization_id=organization, **born(BORN_CONTACT, values))
    plan.mention(("contact", made))


def add_site(plan: Plan, organization: Id, values: Values, home: Values) -> None:
    """An address of the organization, with the places where delivered and where lent goods stand."""
    made = plan.create(
        "parties.Site",
        organization_id=organization,
        place_id=plan.place("customer").id,
        rented_place_id=plan.place("rented").id,
        **{"country": home["company"]["country"], **born(BORN_SITE, values)},
    )
    plan.mention(("site", made))


def plan_change(
    truth: Truth,
    *,
    label: str,
    pk: int,
    values: Values,
    quiet: frozenset[str] = frozenset(),
    about: tuple[str, int] | None = None,
) -> Plan:
    """Change fields of a noun. quiet: fields that the journal does not keep; about: whose part it is."""
    plan = Plan()
    row = row_of(truth, label, pk)
    plan.change(row, **{name: value for name, value in values.items() if name not in quiet})
    plan.mention(row)
    if about is not None:
        plan.mention(about)
    return plan


def plan_organization_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change what we know of an organization, and in which group of customers it is."""
    if values.get("customer_group_id") != row_of(truth, "parties.Organization", pk).customer_group_id:
        group_is_there(truth, values)
    row = row_of(truth, "parties.Organization", pk)
    location_is_usable(truth, values, row)
    terms_are_there(truth, values, row)
    tax_code_is_there(truth, values, row)
    if row.merged_into_id is not None and values.get("retired_on", row.retired_on) is None:
        raise Refusal(
            "is_merged",
            N_("It is merged into another one, which has all that it had. Undo the merge instead."),
            field="retired_on",
        )
    plain = {name: value for name, value in values.items() if name != "own"}
    plan = plan_change(truth, label="parties.Organization", pk=pk, values=plain)
    if values.keys() != {"retired_on"}:
        owning.change(plan, truth, row, "organization", values.get("own"))
    return plan


def plan_hold_account(truth: Truth, *, pk: int, reason: str) -> Plan:
    """Sell and send an organization nothing more until somebody ends that; says why."""
    plan = Plan()
    row = row_of(truth, "parties.Organization", pk)
    if row.held_at is not None:
        raise Refusal(
            "account_held_already", N_("This account is on hold already."), subject=f"organization:{pk}"
        )
    if not reason:
        raise BadInput("missing", N_("Please fill this in."), field="reason")
    plan.change(row, held_at=truth.now, hold_reason=reason)
    plan.mention(row)
    return plan


def plan_unhold_account(truth: Truth, *, pk: int) -> Plan:
    """Sell and send an organization again."""
    plan = Plan()
    row = row_of(truth, "parties.Organization", pk)
    if row.held_at is None:
        raise Refusal("account_not_held", N_("This account is not on hold."))
    plan.change(row, held_at=None, hold_reason="")
    plan.mention(row)
    return plan


def row_of(truth: Truth, label: str, pk: int) -> Any:
    """The row that the act locked; raises NotThere when there is none."""
    row = truth.documents[label].get(pk)
    if row is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    return row


def plan_part(
    truth: Truth,
    *,
    organization: int,
    contact: Values | None = None,
    site: Values | None = None,
    home: Values,
) -> Plan:
    """Add a contact or a site to an organization."""
    plan = Plan()
    row = row_of(truth, "parties.Organization", organization)
    if contact is not None:
        add_contact(plan, row.pk, contact)
    if site is not None:
        add_site(plan, row.pk, site, home)
    plan.mention(row)
    return plan


def plan_user(truth: Truth, *, values: Values, password: str, roles: Sequence[int]) -> Plan:
    """Add a person who may sign in. password: already hashed."""
    if not values.get("username"):
        raise BadInput("missing", N_("Please fill this in."), field="username")
    plan = Plan()
    location_is_usable(truth, values)
    start = {"name": "", "email": "", "language": "en", "is_active": True, "muted": [], "location_id": None}
    known = start | dict(values)
    made = plan.create("parties.User", password=password, last_login=None, **known)
    for role in _real_roles(truth, roles):
        plan.create("parties.Grant", user_id=made, role_id=role, ended_at=None)
    plan.mention(("user", made))
    return plan


def plan_own(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change what everybody may change of themselves."""
    plan = plan_change(truth, label="parties.User", pk=pk, values=values, quiet=PERSONAL)
    plan.mention(("user", pk))
    return plan


def plan_user_change(truth: Truth, *, pk: int, values: Values, roles: Sequence[int] | None) -> Plan:
    """Change a person and the roles they hold; somebody must remain who may do everything."""
    location_is_usable(truth, values, row_of(truth, "parties.User", pk))
    plan = plan_change(truth, label="parties.User", pk=pk, values=values, quiet=PERSONAL)
    if roles is not None:
        wanted = set(_real_roles(truth, roles))
        held = {grant.role_id: grant for grant in truth.read["grants"] if grant.user_id == pk}
        for role in sorted(wanted - held.keys()):
            plan.create("parties.Grant", user_id=pk, role_id=role, ended_at=None)
        for role in sorted(held.keys() - wanted):
            plan.change(held[role], ended_at=truth.now)
            plan.mention(("role", role))
    gone = values.get("is_active") is False
    _somebody_remains(
        truth, without=pk if gone else None, roles_of=None if roles is None else (pk, set(roles))
    )
    return plan


def _real_roles(truth: Truth, roles: Iterable[int]) -> list[int]:
    wanted = sorted(set(roles))
    for role in wanted:
        if role not in truth.read["roles"]:
            raise BadInput("no_such_role", N_("There is no such role."), field="roles")
    return wanted


def _somebody_remains(truth: Truth, *, without: int | None, roles_of: tuple[int, set[int]] | None) -> None:
    mighty = {pk for pk, role in truth.read["roles"].items() if "*" in role.permissions}
    able = set()
    for grant in truth.read["grants"]:
        user, role = grant.user_id, grant.role_id
        if user != without and role in mighty and (roles_of is None or user != roles_of[0]):
            able.add(user)
    if roles_of is not None and roles_of[0] != without and roles_of[1] & mighty:
        able.add(roles_of[0])
    if not able & truth.read["active"]:
        raise Refusal(
            "last_administrator",
            N_("Somebody must remain who may do everything. Make another person administrator first."),
        )


def permissions(names: object, field: str = "permissions") -> list[str]:
    """The permissions that a role or a token names; raises BadInput for one that there is not."""
    if not isinstance(names, (list, tuple)):
        raise BadInput("not_a_list", N_("Send a list."), field=field)
    for name in names:
        if name not in GRANTABLE:
            raise BadInput(
                "no_such_permission", N_("There is no permission “{name}”."), field=field, name=str(name)[:60]
            )
    return sorted(set(names))


def plan_role(truth: Truth, *, name: str, names: list[str]) -> Plan:
    """Add a role."""
    plan = Plan()
    if not name:
        raise BadInput("missing", N_("Please fill this in."), field="name")
    plan.mention(("role", plan.create("parties.Role", name=name, permissions=names)))
    return plan


def plan_role_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Rename a role, or give it other permissions; somebody must remain who may do everything."""
    plan = plan_change(truth, label="parties.Role", pk=pk, values=values)
    if "permissions" in values:
        truth.read["roles"][pk].permissions = values["permissions"]
        _somebody_remains(truth, without=None, roles_of=None)
    return plan


def plan_token(truth: Truth, *, user: int, values: Values) -> Plan:
    """Add a token of a person; only its digest is kept."""
    plan = Plan()
    row_of(truth, "parties.User", user)
    made = plan.create("parties.Token", user_id=user, made_at=truth.now, revoked_at=None, **values)
    plan.mention(("token", made), ("user", user))
    return plan


def plan_revoke(truth: Truth, *, pk: int) -> Plan:
    """End a token now."""
    token = row_of(truth, "parties.Token", pk)
    if token.revoked_at is not None:
        raise Refusal("revoked_already", N_("This token has been revoked already."))
    plan = Plan()
    plan.change(token, revoked_at=truth.now)
    plan.mention(("user", token.user_id))
    return plan


def clean(checks: Mapping[str, Check], given: Values, *, at: str = "") -> dict[str, Any]:
    """The given fields as they are kept. at: where they stand in what was sent (``sites.0``)."""
    try:
        return checked(checks, given)
    except BadInput as refusal:
        refusal.field = f"{at}.{refusal.field}".strip(".")
        raise
