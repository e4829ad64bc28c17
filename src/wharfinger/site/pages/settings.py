"""The company's settings and the switches of the modules."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import configuration
from wharfinger.base.asking import MANY
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.typed import amount, minor
from wharfinger.billing.queries.fees import services
from wharfinger.demand.pages import typed_id
from wharfinger.ledger.models import Holding
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Terms, User
from wharfinger.returns.models import Rma
from wharfinger.site.decided import settings_timeline
from wharfinger.site.nav import address
from wharfinger.work.models import WorkOrder

DAYS = (
    "quote_valid_days",
    "terms_days",
    "returnable_days",
    "rma_days",
    "rma_remind_days",
    "expiry_days",
    "warranty_days",
    "attachment_mb",
)
LIMITS = ("discount_percent", "margin_percent")
"""Beyond which a quote needs an approval, in percent."""
SWITCHES = (
    "listed_reasons_only",
    "require_vendor_invoice",
    "fulfil_automatically",
    "serve_back_orders",
    "shipment_proof",
    "simple_workflow",
    "second_person",
    "mail_bills",
    "pictures_on_quotes",
    "prices_include_tax",
    "win_on_acceptance",
    "webhook_private_addresses",
)
CHOICES = ("language", "time_zone", "purchase_descriptions")
CYCLES = ("cycle_days_a", "cycle_days_b", "cycle_days_c")
REMINDERS = ("level_1", "level_2", "level_3", "pay_within")
REMINDER_FEES = ("fee_1_minor", "fee_2_minor", "fee_3_minor")
NOUNS = ("device", "organization")
PLACES = (
    (N_("Users"), "parties:users", "parties.user"),
    (N_("Roles"), "parties:roles", "parties.role"),
    (N_("Agreed terms of payment"), "parties:terms_list", "parties.read"),
    (N_("Customer groups"), "parties:customer_groups", "parties.read"),
    (N_("Categories"), "catalog:categories", "catalog.read"),
    (N_("Tax codes"), "catalog:tax_codes", "catalog.read"),
    (N_("Rates of exchange"), "pricing:rates", "pricing.read"),
    (N_("Quote templates"), "sales:quote_templates", "sales.read"),
    (N_("Reasons"), "stock:reasons", "stock.read"),
    (N_("Found and lost by reason"), "stock:by_reason", "stock.read"),
    (N_("Grades"), "returns:grades", "returns.read"),
    (N_("Job types"), "work:job_types", "work.read"),
    (N_("Carriers"), "fulfilment:carriers", "fulfilment.read"),
    (N_("Approval tiers"), "purchasing:tiers", "purchasing.read"),
    (N_("Numbers"), "parties:numbers", "site.settings"),
    (N_("Own fields"), "parties:own_fields", "parties.read"),
    (N_("Warranty policies"), "catalog:warranty_policies", "catalog.read"),
    (N_("Doubles"), "flows:doubles", "catalog.read"),
    (N_("Modules"), "site:modules", "site.modules"),
    (N_("Webhooks"), "notices:webhooks", "notices.read"),
    (N_("Logo on documents"), "documents:letterhead", "site.settings"),
    (N_("Words on documents"), "documents:wordings", "site.settings"),
    (N_("Notification rules"), "notices:rules", "notices.read"),
    (N_("Messages"), "notices:messages", "notices.outbox"),
)
"""What is decided elsewhere: word, page, permission."""
SWITCHED = {"work:job_types": "jobs"}
"""Pages that are absent while their module is switched off."""
FEES = {
    "deposit": N_("Deposits are named by"),
    "freight": N_("Freight is named by"),
    "restocking": N_("Restocking fees are named by"),
    "return_freight": N_("Freight of returns is named by"),
    "repair": N_("Repairs are named by"),
    "reminder": N_("Fees of reminders are named by"),
}
"""What a service is named for, by its part of the setting."""
MODULES = {
    "procurement": (
        N_("Procurement"),
        N_("Purchase approval and the worklist Purchasing & Fulfillment, where lines are ordered."),
    ),
    "rma": (N_("RMA"), N_("Permission to send goods back, asked for and given beforehand.")),
    "jobs": (N_("Jobs"), N_("Work at the customer, with the goods it needs.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def settings(request: HttpRequest) -> HttpResponse:
    """What the company decided; a change acts at once, for everyone."""
    actor: Any = request.user
    known = configuration.read(*configuration.DEFAULTS)
    modules = known["modules"]

    def show(form: Form) -> HttpResponse:
        people = User.objects.filter(is_active=True).order_by("name", "username")
        return render(
            request,
            "site/settings/settings.html",
            {
                "form": form,
                "currency": known["currency"],
                "languages": django_settings.LANGUAGES,
                "terms": list(
                    Terms.objects.filter(Q(retired_on__isnull=True) | Q(pk=known["terms"]))
                    .order_by("name")
                    .values_list("pk", "name")
                ),
                "people": [(str(one.pk), str(one)) for one in people],
                "services": [(str(pk), name) for pk, name in services()],
                "fees": FEES,
                "elsewhere": [
                    (_(word), address(name))
                    for word, name, permission in PLACES
                    if address(name) and actor.may(permission) and modules.get(SWITCHED.get(name, ""), True)
                ],
                "entries": settings_timeline(*known),
            },
        )

    if request.method != "POST":
        return show(Form(_shown(known)))
    return page_act(
        request,
        lambda: _decide(actor, request.POST, known),
        ok=_("Saved the settings."),
        back=reverse("site:settings"),
        again=show,
    )


def _decide(actor: Any, post: QueryDict, known: dict[str, Any]) -> Any:
    """Set what is different, all of it or nothing; the entry where one setting alone changed."""
    done = []
    with transaction.atomic():
        for key, value in _typed(post, known).items():
            if value != known[key]:
                done.append(set_setting(actor=actor, name=key, value=value))
    return done[0] if len(done) == 1 else None


def _shown(known: dict[str, Any]) -> dict[str, Any]:
    """The settings as they stand in the form."""
    threshold = known["approval"]["threshold_minor"]
    start: dict[str, Any] = {name: known[name] for name in (*DAYS, *SWITCHES, *CHOICES)}
    start |= {f"company.{name}": value for name, value in known["company"].items()}
    start |= {
        "approval.threshold_minor": "" if threshold is None else amount(threshold, known["currency"]),
        "approval.self_approval": known["approval"]["self_approval"],
        "purchasing_team": [str(pk) for pk in known["purchasing_team"]],
        **{
            f"quote_approval.{name}": "" if value is None else value
            for name, value in known["quote_approval"].items()
        },
        "closed_until": known["closed_until"] or "",
        "terms": known["terms"] or "",
        "cash_rounding": "; ".join(
            f"{unit} {amount(coin, unit)}" for unit, coin in sorted(known["cash_rounding"].items())
        ),
        "pipeline_steps": "\n".join(known["pipeline_steps"]),
        "reply_address": known["reply_address"],
        "sscc_prefix": known["sscc_prefix"],
    }
    most = known["counting"]["tolerance_minor"]
    start |= {
        f"counting.{name}": known["counting"][name] for name in ("second_count", "tolerance_percent", *CYCLES)
    }
    start |= {
        f"reminders.{name}": "" if known["reminders"][name] is None else known["reminders"][name]
        for name in REMINDERS
    }
    for name in REMINDER_FEES:
        fee = known["reminders"][name]
        start[f"reminders.{name}"] = "" if fee is None else amount(fee, known["currency"])
    start |= {
        f"fee_products.{kind}": "" if pk is None else str(pk) for kind, pk in known["fee_products"].items()
    }
    off = known["bill_tolerance"]["most_minor"]
    start["bill_tolerance.percent"] = known["bill_tolerance"]["percent"]
    start["bill_tolerance.most_minor"] = "" if off is None else amount(off, known["currency"])
    start["counting.tolerance_minor"] = "" if most is None else amount(most, known["currency"])
    for language, nouns in known["words"].items():
        for noun, (single, several) in nouns.items():
            start |= {f"words.{language}.{noun}": single, f"words.{language}.{noun}.many": several}
    return start


def _typed(post: QueryDict, known: dict[str, Any]) -> dict[str, Any]:
    """The settings as typed; raises BadInput beside the field for what is no number."""
    threshold = post.get("approval.threshold_minor", "").strip()
    most = post.get("counting.tolerance_minor", "").strip()
    off = post.get("bill_tolerance.most_minor", "").strip()
    company = {name: post.get(f"company.{name}", "").strip() for name in known["company"]}
    company["country"] = company["country"].upper()
    return {
        "company": company,
        "language": post.get("language", ""),
        "time_zone": post.get("time_zone", "").strip(),
        "purchase_descriptions": post.get("purchase_descriptions", known["purchase_descriptions"]),
        "approval": {
            "threshold_minor": minor(threshold, known["currency"], field="approval.threshold_minor")
            if threshold
            else None,
            "self_approval": post.get("approval.self_approval") == "yes",
        },
        "quote_approval": {
            **{name: _days(post, f"quote_approval.{name}", or_none=True) for name in LIMITS},
            "self_approval": post.get("quote_approval.self_approval") == "yes",
        },
        "bill_tolerance": {
            "percent": _days(post, "bill_tolerance.percent"),
            "most_minor": minor(off, known["currency"], field="bill_tolerance.most_minor") if off else None,
        },
        "fee_products": {kind: typed_id(post, f"fee_products.{kind}") for kind in FEES},
        "purchasing_team": sorted(
            int(one)
            for one in post.getlist("purchasing_team")
            if one.isascii() and one.isdecimal() and len(one) < 19
        ),
        "reply_address": post.get("reply_address", "").strip(),
        "sscc_prefix": post.get("sscc_prefix", "").strip(),
        "pipeline_steps": [
            one
            for line in post.get("pipeline_steps", "\n".join(known["pipeline_steps"])).splitlines()
            if (one := line.strip())
        ],
        **{name: _days(post, name) for name in DAYS},
        **{name: post.get(name) == "yes" for name in SWITCHES},
        "closed_until": post.get("closed_until", "").strip() or None,
        "terms": _days(post, "terms", or_none=True),
        "cash_rounding": _coins(post.get("cash_rounding", "")),
        "counting": {
            "second_count": post.get("counting.second_count") == "yes",
            "tolerance_percent": _days(post, "counting.tolerance_percent"),
            "tolerance_minor": minor(most, known["currency"], field="counting.tolerance_minor")
            if most
            else None,
            **{name: _days(post, f"counting.{name}") for name in CYCLES},
        },
        "reminders": {
            name: _days(post, f"reminders.{name}", or_none=name != "pay_within") for name in REMINDERS
        }
        | {name: _fee(post, f"reminders.{name}", known["currency"]) for name in REMINDER_FEES},
        "words": _words(post),
    }


def _fee(post: QueryDict, name: str, currency: str) -> int | None:
    text = post.get(name, "").strip()
    return minor(text, currency, field=name) or None if text else None


def _coins(text: str) -> dict[str, int]:
    """Smallest coins as typed, ``CHF 0.05; SEK 1``."""
    found = {}
    for one in filter(None, (part.strip() for part in text.split(";"))):
        unit, _blank, figure = one.partition(" ")
        if len(unit) != 3 or not unit.isalpha() or not figure:
            raise BadInput(
                "no_coin",
                N_("Write a currency and its smallest coin like CHF 0.05, several with semicolons."),
                field="cash_rounding",
            )
        found[unit.upper()] = minor(figure, unit.upper(), field="cash_rounding")
    return found


def _days(post: QueryDict, name: str, *, or_none: bool = False) -> int | None:
    text = post.get(name, "").strip()
    if or_none and not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is no whole number. Write it like 12."),
            field=name,
            text=text[:40],
        )
    return int(text)


def _words(post: QueryDict) -> dict[str, Any]:
    """The company's own words; both forms where one is given."""
    found: dict[str, Any] = {}
    for language, _name in django_settings.LANGUAGES:
        for noun in NOUNS:
            at = f"words.{language}.{noun}"
            pair = [post.get(at, "").strip(), post.get(f"{at}.many", "").strip()]
            if any(pair):
                found.setdefault(language, {})[noun] = pair
    return found


@require_safe
@page("site.modules")
def modules(request: HttpRequest) -> HttpResponse:
    """Which modules are on, and what stands open in each."""
    on = configuration.one("modules")
    rows = [
        {
            "name": name,
            "word": _(word),
            "about": _(about),
            "on": on[name],
            "open": standing(name),
        }
        for name, (word, about) in MODULES.items()
    ]
    entries = settings_timeline("modules")
    return render(request, "site/settings/modules.html", {"modules": rows, "entries": entries})


@require_POST
@page("site.modules")
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Switch a module on or off, at once and for everyone; what is off keeps its data."""
    if name not in MODULES:
        raise NotThere("no_such_module", N_("There is no such module."))
    actor: Any = request.user
    on = request.POST.get("on") == "yes"
    word = _(MODULES[name][0])
    if on:
        said = _("Switched on %(module)s.") % {"module": word}
    else:
        left = standing(name)
        said = " ".join([_("Switched off %(module)s.") % {"module": word}, *([left] if left else [])])
    return page_act(
        request,
        lambda: set_setting(actor=actor, name="modules", value={name: on}),
        ok=said,
        back=reverse("site:modules"),
    )


def standing(name: str) -> str:
    """What stands open in a module, in words; nothing when nothing does."""
    if name == "procurement":
        held = Holding.objects.filter(kind__in=("to_approve", "to_order"), quantity__gt=0, claim__gt=0)
        n = held.values("claim_id").distinct()[: MANY + 1].count()
        return ngettext("%(n)s line waits there.", "%(n)s lines wait there.", n) % {"n": n} if n else ""
    if name == "rma":
        n = Rma.objects.filter(
            authorized=True, void__isnull=True, closed_at__isnull=True, denied_at__isnull=True
        ).count()
        return ngettext("%(n)s RMA stands open.", "%(n)s RMAs stand open.", n) % {"n": n} if n else ""
    n = WorkOrder.objects.filter(
        sheet__kind="job", sheet__void__isnull=True, completed_at__isnull=True, cancelled_at__isnull=True
    ).count()
    return ngettext("%(n)s job stands open.", "%(n)s jobs stand open.", n) % {"n": n} if n else ""
