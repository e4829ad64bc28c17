"""The HTTP door ``/api/v1``: every module's router, who is let in, and how refusals become answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path, re_path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from wharfinger import __version__
from wharfinger.base import clock
from wharfinger.base.door import MOST_ID, answer, module_on
from wharfinger.base.refusal import N_, BadInput, NotAllowed, NotThere, Refusal
from wharfinger.parties.queries import user_of
from wharfinger.site.invalid import in_words
from wharfinger.site.openapi import Described
from wharfinger.site.subjects import subject

ROUTERS: tuple[tuple[str, str], ...] = (
    ("wharfinger.parties.api.organizations:router", ""),
    ("wharfinger.parties.api.groups:router", ""),
    ("wharfinger.parties.api.people:router", ""),
    ("wharfinger.parties.api.settings:router", ""),
    ("wharfinger.parties.api.own_fields:router", ""),
    ("wharfinger.parties.api.numbers:router", ""),
    ("wharfinger.catalog.api.products:router", ""),
    ("wharfinger.catalog.api.codes:router", ""),
    ("wharfinger.catalog.api.categories:router", ""),
    ("wharfinger.catalog.api.families:router", ""),
    ("wharfinger.pricing.api:router", ""),
    ("wharfinger.stock.api.locations:router", ""),
    ("wharfinger.stock.api.figures:router", ""),
    ("wharfinger.stock.api.goods:router", ""),
    ("wharfinger.stock.api.kept:router", ""),
    ("wharfinger.stock.api.building:router", ""),
    ("wharfinger.stock.api.putting_away:router", ""),
    ("wharfinger.stock.api.transfers:router", ""),
    ("wharfinger.stock.api.counts:router", ""),
    ("wharfinger.stock.api.counting:router", ""),
    ("wharfinger.stock.api.reasons:router", ""),
    ("wharfinger.stock.api.levels:router", ""),
    ("wharfinger.stock.api.serials:router", ""),
    ("wharfinger.stock.api.batches:router", ""),
    ("wharfinger.stock.api.updates:router", ""),
    ("wharfinger.purchasing.api.orders:router", ""),
    ("wharfinger.purchasing.api.goods:router", ""),
    ("wharfinger.purchasing.api.landing:router", ""),
    ("wharfinger.purchasing.api.vendor_terms:router", ""),
    ("wharfinger.purchasing.api.bills:router", ""),
    ("wharfinger.purchasing.api.paying:router", ""),
    ("wharfinger.purchasing.api.quoting:router", ""),
    ("wharfinger.purchasing.api.returns:router", ""),
    ("wharfinger.purchasing.api.replenishing:router", ""),
    ("wharfinger.purchasing.api.approvals:router", "procurement"),
    ("wharfinger.purchasing.api.tiers:router", "procurement"),
    ("wharfinger.ledger.api:router", ""),
    ("wharfinger.documents.api:router", ""),
    ("wharfinger.exchange.api:router", ""),
    ("wharfinger.exchange.api.accounting:router", ""),
    ("wharfinger.demand.api.lines:router", ""),
    ("wharfinger.sales.api.opportunities:router", ""),
    ("wharfinger.sales.api.quotes:router", ""),
    ("wharfinger.sales.api.orders:router", ""),
    ("wharfinger.sales.api.approving:router", ""),
    ("wharfinger.sales.api.grouping:router", ""),
    ("wharfinger.sales.api.giving:router", ""),
    ("wharfinger.sales.api.templates:router", ""),
    ("wharfinger.sales.api.sending:router", ""),
    ("wharfinger.work.api:router", ""),
    ("wharfinger.work.api.job_types:router", ""),
    ("wharfinger.fulfilment.api.goods:router", ""),
    ("wharfinger.fulfilment.api.runs:router", ""),
    ("wharfinger.fulfilment.api.shipments:router", ""),
    ("wharfinger.fulfilment.api.carriers:router", ""),
    ("wharfinger.parties.api.terms:router", ""),
    ("wharfinger.billing.api.invoices:router", ""),
    ("wharfinger.billing.api.credits:router", ""),
    ("wharfinger.billing.api.deposits:router", ""),
    ("wharfinger.billing.api.payments:router", ""),
    ("wharfinger.billing.api.limits:router", ""),
    ("wharfinger.billing.api.reminders:router", ""),
    ("wharfinger.billing.api.sending:router", ""),
    ("wharfinger.billing.api.runs:router", ""),
    ("wharfinger.billing.api.statements:router", ""),
    ("wharfinger.devices.api.devices:router", ""),
    ("wharfinger.devices.api.about:router", ""),
    ("wharfinger.devices.api.assets:router", ""),
    ("wharfinger.returns.api.rmas:router", "rma"),
    ("wharfinger.returns.api.returns:router", ""),
    ("wharfinger.returns.api.on_jobs:router", "jobs"),
    ("wharfinger.returns.api.grades:router", ""),
    ("wharfinger.returns.api.repairs:router", "rma"),
    ("wharfinger.returns.api.claims:router", ""),
    ("wharfinger.returns.api.recalls:router", ""),
    ("wharfinger.returns.api.slips:router", "rma"),
    ("wharfinger.stock.api.loans:router", ""),
    ("wharfinger.flows.api:router", ""),
    ("wharfinger.flows.api.elsewhere:router", ""),
    ("wharfinger.flows.api.lacking:router", ""),
    ("wharfinger.flows.api.merging:router", ""),
    ("wharfinger.boards.api:router", ""),
    ("wharfinger.notices.api:router", ""),
    ("wharfinger.notices.api.bell:router", ""),
    ("wharfinger.notices.api.letters:router", ""),
    ("wharfinger.notices.api.todos:router", ""),
    ("wharfinger.notices.api.attachments:router", ""),
    ("wharfinger.site.reports_api:router", ""),
    ("wharfinger.site.search_api:router", ""),
    ("wharfinger.site.margins_api:router", ""),
)
"""Where each router is, and the module (procurement, rma, jobs) whose switch it hangs on, if any."""


class NotKnown(Refusal):
    """Nobody we know, or nobody any more."""

    http_code = 401


class Bearer(AuthBase):
    """A token in the header ``Authorization``."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        """The token's user; nobody without the header; raises NotKnown when the token is no good."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        user = user_of(token.strip(), now=clock.now()) if scheme.lower() == "bearer" else None
        if user is None:
            raise NotKnown(
                "bad_token",
                N_("This token is unknown, revoked or has expired. Make a new one on your user page."),
            )
        request.user = user
        return user


class SignedIn(AuthBase):
    """The browser's session, with the CSRF token on every write."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        """The person signed in; raises NotAllowed when a write lacks the CSRF token."""
        user = request.user
        if not user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise NotAllowed("csrf", N_("The page is too old or not ours. Load it again."))
        return user


class Careful(Parser):
    """Reads JSON as our figures need it: no floats, nothing beyond 64 bits, nothing unprintable."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body, every value looked at once; raises BadInput with the path of what is wrong."""
        return _sound(json.loads(request.body), "")


def _sound(value: Any, at: str) -> Any:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise BadInput(
                "control_characters", N_("This holds characters that cannot be printed."), field=at
            )
    elif isinstance(value, float):
        if value != value // 1 or abs(value) > MOST_ID:
            raise BadInput(
                "not_a_whole_number", N_('Send quantities and amounts as text, like "12.50".'), field=at
            )
        return int(value)
    elif isinstance(value, bool):
        return value
    elif isinstance(value, int):
        if abs(value) > MOST_ID:
            raise BadInput("too_large", N_("This number is larger than can be kept."), field=at)
    elif isinstance(value, list):
        return [_sound(one, f"{at}.{n}".strip(".")) for n, one in enumerate(value)]
    elif isinstance(value, dict):
        return {_sound(key, at): _sound(one, f"{at}.{key}".strip(".")) for key, one in value.items()}
    return value


class Door(NinjaAPI):
    """Ninja, with our OpenAPI document, which is made once."""

    _described: Any = None

    def get_openapi_schema(self, *, path_prefix: str | None = None, **_: Any) -> Any:
        """The description with examples, refusals and the headers of every write."""
        if self._described is None:
            self._described = Described(self, path_prefix or "api/v1/")
        return self._described


def build() -> Door:
    """The API with every router of the table."""
    door = Door(
        title="Wharfinger",
        version=__version__,
        description="Custody of goods, from quote to return. Figures are text; every write names its entry.",
        auth=[Bearer(), SignedIn()],
        parser=Careful(),
        urls_namespace="api",
    )
    for where, switch in ROUTERS:
        module, _, name = where.partition(":")
        router = getattr(import_module(module), name)
        if switch:
            router.add_decorator(_switched(switch))
        door.add_router("", router)
    for kind, handler in HANDLERS.items():
        door.add_exception_handler(kind, handler)
    return door


def _switched(switch: str) -> Callable[..., Any]:
    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            module_on(switch)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refused(refusal: Refusal) -> HttpResponse:
    """A refusal in the API's one shape, in the caller's language."""
    shape: dict[str, Any] = {"code": refusal.code, "message": refusal.words()}
    if refusal.field:
        shape["field"] = refusal.field
    if refusal.wanted is not None:
        shape["wanted"] = refusal.figure(refusal.wanted)
    if refusal.free is not None:
        shape["free"] = refusal.figure(refusal.free)
    if refusal.held_by:
        shape["held_by"] = [
            {
                "subject": h.subject,
                "title": subject(h.subject)[0],
                "quantity": refusal.figure(h.quantity),
                "until": h.until,
            }
            for h in refusal.held_by
        ]
    if refusal.arriving:
        shape["arriving"] = [
            {
                "subject": a.subject,
                "title": subject(a.subject)[0],
                "quantity": refusal.figure(a.quantity),
                "on": a.on,
            }
            for a in refusal.arriving
        ]
    if refusal.remedies:
        shape["remedies"] = [{"verb": r.verb, "values": dict(r.values)} for r in refusal.remedies]
    if refusal.by:
        shape["by"] = {
            "name": refusal.by.name,
            "at": refusal.by.at.isoformat(),
            "entry": refusal.by.entry,
        }
    response = answer(shape, status=refusal.http_code)
    if refusal.http_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _on_refusal(request: HttpRequest, refusal: Any) -> HttpResponse:
    return refused(refusal)


def _on_invalid(request: HttpRequest, invalid: Any) -> HttpResponse:
    return refused(in_words(invalid.errors[0]))


def _on_http_error(request: HttpRequest, error: Any) -> HttpResponse:
    cause = error.__cause__
    if isinstance(cause, Refusal):
        return refused(cause)
    if isinstance(cause, RequestDataTooBig):
        return _on_too_big(request, cause)
    if error.status_code == 400:
        return refused(BadInput("bad_json", N_("This is not JSON that can be read."), field="body"))
    return answer({"code": "refused", "message": str(error)}, status=error.status_code)


def _on_stranger(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(NotKnown("who_are_you", N_("Sign in, or send a token: Authorization: Bearer TOKEN.")))


def _on_missing(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(NotThere("not_there", N_("There is nothing at this address.")))


def _on_too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(
        {
            "code": "too_big",
            "message": Refusal("too_big", N_("This is more than can be sent at once.")).words(),
        },
        status=413,
    )


def _on_busy(request: HttpRequest, error: Any) -> HttpResponse:
    """Too many at once for the database: the caller may try again; anything else is an error of ours."""
    if "lock" not in str(error):
        raise error
    response = answer(
        {"code": "busy", "message": Refusal("busy", N_("Too many people write at once. Try again.")).words()},
        status=503,
    )
    response["Retry-After"] = "1"
    return response


HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    Refusal: _on_refusal,
    ValidationError: _on_invalid,
    HttpError: _on_http_error,
    AuthenticationError: _on_stranger,
    Http404: _on_missing,
    RequestDataTooBig: _on_too_big,
    OperationalError: _on_busy,
}


def _in_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let an address refuse a wrong method, or text that cannot be read, as it refuses all else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "\0" in request.path:
            return _on_missing(request, None)
        for name, values in request.GET.lists():
            if any("\0" in text for text in (name, *values)):
                return refused(
                    BadInput(
                        "control_characters",
                        N_("This holds characters that cannot be printed."),
                        field=name.strip("\0"),
                    )
                )
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            message = Refusal("wrong_method", N_("This address does not take this method.")).words()
            allowed = response.headers["Allow"]
            response = answer({"code": "wrong_method", "message": message}, status=405)
            response["Allow"] = allowed
        return response

    guarded.csrf_exempt = True  # type: ignore[attr-defined]
    return guarded


def _nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    return _on_missing(request, None)


api = build()


def urls() -> tuple[list[Any], str]:
    """The addresses under ``/api/``; what is not among them is a refusal in JSON, too."""
    # An address that is a word (orders/from-lines) comes before one that is any number (orders/{id}).
    patterns: list[Any] = sorted(
        api.urls[0], key=lambda p: ["<" in step for step in str(p.pattern).split("/")]
    )
    for pattern in patterns:
        if pattern.name not in ("api-root", "openapi-view"):
            pattern.callback = _in_json(pattern.callback)
    nothing = _in_json(_nothing)
    return [
        path("v1/", nothing),
        *(path(f"v1/{p.pattern}", p.callback, p.default_args, p.name) for p in patterns),
        re_path(r"^(?P<rest>.*)$", nothing),
    ], "api"
