"""What every page knows of the company: its name, its time zone, which modules are on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from wharfinger.base import configuration, owned
from wharfinger.base.refusal import Refusal
from wharfinger.ledger import look

KNOWN = (
    *("company", "time_zone", "modules", "currency", "words", "attachment_mb"),
    *("quote_approval", "pipeline_steps", "shipment_proof", "simple_workflow"),
)


def house(request: HttpRequest) -> dict[str, Any]:
    """The settings that a page needs, read once per request."""
    known = getattr(request, "house", None)
    if known is None:
        stored = look.stored(*KNOWN)
        known = {key: configuration.filled(key, stored.get(key)) for key in KNOWN}
        known[look.OWN_FIELDS] = stored.get(look.OWN_FIELDS)
        request.house = known  # type: ignore[attr-defined]
    return known


class HouseMiddleware:
    """Shows times as the company's clock does, and puts a refusal that no page caught into words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the company's time zone; the API speaks UTC and needs no settings for it."""
        if request.path.startswith(("/api/", "/static/", "/healthz")):
            return self.get_response(request)
        known = house(request)
        # What writes may change a setting and read it again.
        settled = known if request.method in ("GET", "HEAD") else None
        with (
            timezone.override(ZoneInfo(known["time_zone"])),
            owned.knowing(known[look.OWN_FIELDS]),
            configuration.knowing(settled),
        ):
            response = self.get_response(request)
            if response.status_code == 405 and not response.content:
                told = render(request, "site/error.html", {"code": 405, "refusal": None}, status=405)
                told.headers["Allow"] = response.headers["Allow"]
                return told
            return response

    def process_exception(self, request: HttpRequest, raised: Exception) -> HttpResponse | None:
        """A refusal is an answer, not an error of ours."""
        if not isinstance(raised, Refusal) or request.path.startswith("/api/"):
            return None
        return render(
            request, "site/error.html", {"code": raised.http_code, "refusal": raised}, status=raised.http_code
        )
