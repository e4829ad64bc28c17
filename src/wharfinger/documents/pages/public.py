"""A quote as the customer reads and answers it by its link: no account, no session, nothing but this one quote."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from wharfinger.base import limit, owned
from wharfinger.base.access import HOUSE
from wharfinger.base.page import Form
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.grouping import groups_of, in_groups
from wharfinger.demand.rules import offering
from wharfinger.documents.actions.issuing import pdf
from wharfinger.documents.figures import spoken
from wharfinger.documents.kinds import KINDS
from wharfinger.documents.queries import selling
from wharfinger.documents.queries.parties import company, language_of
from wharfinger.documents.words import words
from wharfinger.sales import links
from wharfinger.sales.actions import answering
from wharfinger.sales.rules.answering import Seen

QUOTE = KINDS["quote"]
WRONG_A_MINUTE, WRONG_AN_HOUR, ANSWERS_AN_HOUR = 10, 100, 30
ANEW = frozenset({"chosen_otherwise", "offer_changed"})
"""Refusals after which another total is shown than the one that was agreed to."""
MINUTE_S, HOUR_S = 60, 3600

View = Callable[[HttpRequest, Sheet], HttpResponse]


def by_link(view: View) -> Callable[..., HttpResponse]:
    """Make a view one for whoever has the link of a quote, in the customer's language.

    Who tries links that are none is stopped by their address; one that has ended is told from one that never was
    only by its code, and neither tells more than whom to ask. The link itself is all that lets in, so there is
    no cookie that another site could make use of.
    """

    @csrf_exempt
    @wraps(view)
    def shown(request: HttpRequest, pk: int, mark: str) -> HttpResponse:
        where = limit.address(request)
        wrong = {
            limit.key("offer", "minute", where): (WRONG_A_MINUTE, MINUTE_S),
            limit.key("offer", "hour", where): (WRONG_AN_HOUR, HOUR_S),
        }
        if limit.reached({key: most for key, (most, _seconds) in wrong.items()}):
            return _private(_closed(request, 429))
        found = links.behind(pk, mark)
        if found is None:
            for key, (_most, seconds) in wrong.items():
                limit.count(key, seconds)
            return _private(_closed(request, 404))
        with translation.override(language_of(found.organization.language)):
            if not links.is_live(found.quote):
                return _private(_closed(request, 410))
            return _private(view(request, found))

    return shown


@require_safe
@by_link
def offer(request: HttpRequest, found: Sheet) -> HttpResponse:
    """What is offered, with the means to accept or decline; opened first, it is written down."""
    if request.method == "GET" and found.quote.opened_at is None and not request.user.is_authenticated:
        # Two readers may open it at once, and one of them was first.
        _tried(lambda: answering.open_link(seen=_seen(found)))
    chosen = "choose" in request.GET
    form = Form(_not_agreed(request.GET) if chosen else {})
    return _shown(request, found, form, take=_taken(request.GET) if chosen else None)


@require_safe
@by_link
def offer_pdf(request: HttpRequest, found: Sheet) -> HttpResponse:
    """The offer as PDF, as it was sent."""
    answer = HttpResponse(pdf(actor=HOUSE, kind=QUOTE.name, pk=found.pk), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer


@require_POST
@by_link
def accept(request: HttpRequest, found: Sheet) -> HttpResponse:
    """The customer accepts, with a name and a tick."""
    given = request.POST

    def act() -> None:
        if given.get("agreed") != "yes":
            raise BadInput("not_agreed", N_("Tick that you accept the offer."), field="agreed")
        take = _taken(given) if "choose" in given else None
        if take is not None and take != _ids(given.get("choose", "")):
            raise BadInput(
                "chosen_otherwise",
                N_("With what you chose the total is another. Look at it, then accept once more."),
                field="agreed",
            )
        seen = _seen(found, given.get("version", ""))
        answering.accept_quote(seen=seen, name=given.get("name", ""), take=take)

    return _answered(request, found, act)


@require_POST
@by_link
def decline(request: HttpRequest, found: Sheet) -> HttpResponse:
    """The customer declines, and may say why."""
    given = request.POST

    def act() -> None:
        answering.decline_quote(seen=_seen(found, given.get("version", "")), reason=given.get("reason", ""))

    return _answered(request, found, act)


def _answered(request: HttpRequest, found: Sheet, act: Callable[[], None]) -> HttpResponse:
    own = limit.key("answer", links.path(found.quote))
    if limit.reached({own: ANSWERS_AN_HOUR}):
        return _closed(request, 429)
    limit.count(own, HOUR_S)
    refused = _tried(act)
    if isinstance(refused, NotThere):
        return _closed(request, 410)
    if refused is not None and refused.code != "accepted_already":
        found.quote.refresh_from_db()
        take = _taken(request.POST) if "choose" in request.POST else None
        given = _not_agreed(request.POST) if refused.code in ANEW else request.POST
        return _shown(request, found, Form(given, refused), refused.http_code, take)
    return HttpResponseRedirect(links.path(found.quote), status=303)


def _not_agreed(given: QueryDict) -> dict[str, Any]:
    """What was typed, without the tick: who agreed to one total has not agreed to another."""
    return {key: value for key, value in given.items() if key != "agreed"}


def _tried(act: Callable[[], Any]) -> Refusal | None:
    try:
        act()
    except Refusal as refusal:
        return refusal
    return None


def _seen(found: Sheet, version: str = "") -> Seen:
    """What the customer has before them; a version that is none is that of nothing."""
    as_of = int(version) if version.isdecimal() and len(version) < 19 else 0
    return Seen(found.pk, found.quote.link_nonce, as_of)


def _taken(given: QueryDict) -> set[int]:
    """The lines that were ticked, or chosen among what stands for the same."""
    return _ids(" ".join(value for key in given if key.startswith("take") for value in given.getlist(key)))


def _ids(text: str) -> set[int]:
    return {int(value) for value in text.split() if value.isdecimal() and len(value) < 19}


def _choices(quote: int) -> list[dict[str, Any]]:
    """How each line is chosen, in the order of the offer: not at all, alone, or one among several."""
    standing = {"sheet_id": quote, "void__isnull": True, "removed_at__isnull": True, "parent__isnull": True}
    lines = in_groups(
        list(Line.objects.filter(**standing).order_by("position", "pk")), list(groups_of(quote))
    )
    by_id = {line.pk: line for line in lines}
    may = {line.pk for line in offering.open_to_choice(lines)}
    found: list[dict[str, Any]] = []
    for line in lines:
        family = offering.family(by_id, line)
        root = by_id.get(line.instead_of_id or line.pk, line)
        kind = "" if line.pk not in may else "checkbox" if len(family) == 1 else "radio"
        found.append({"id": line.pk, "kind": kind, "group": f"take-{root.pk}"})
        if kind == "radio" and line is root and root.option:
            found[-1]["none"] = not any(one.taken for one in family)
    return found


def _shown(
    request: HttpRequest, found: Sheet, form: Form, status: int = 200, take: set[int] | None = None
) -> HttpResponse:
    language = language_of(found.organization.language)
    version = links.version(found.pk)
    with owned.at_hand():
        shape = selling.quote(found.pk, language, take)
    choosing = found.quote.accepted_at is None and any(row.option for row in shape.lines)
    choices = _choices(found.pk) if choosing else [{}] * len(shape.lines)
    context = {
        "d": spoken(shape, language, shape.company.address.country),
        "w": words(language),
        "logo": _logo(shape.company.logo),
        "choices": choices,
        "shown": " ".join(
            str(how["id"])
            for how, row in zip(choices, shape.lines, strict=True)
            if how.get("kind") and row.taken
        ),
        "choosing": choosing,
        "quote": found.quote,
        "here": links.path(found.quote),
        "version": version,
        "form": form,
    }
    return render(request, "documents/offer.html", context, status=status)


def _closed(request: HttpRequest, code: int) -> HttpResponse:
    """The one page for a link that leads nowhere: whom to ask, and nothing of any quote."""
    us = company()
    context = {"us": us, "logo": _logo(us.logo), "code": code}
    return render(request, "documents/no_offer.html", context, status=code)


def _logo(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode() if svg else ""


def _private(answer: HttpResponse) -> HttpResponse:
    """Let nobody keep, index or pass on what stands behind the link."""
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
