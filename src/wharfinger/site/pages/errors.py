"""Pages for what went wrong: what it is, and the way back."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from wharfinger.base.refusal import N_, Refusal

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read, or is more than we take at once."""
    if isinstance(exception, TOO_MUCH):
        return _page(request, 413, Refusal("too_big", N_("This is more than can be sent at once.")))
    return _page(request, 400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The person's roles do not allow it."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page, or none that this person may see."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "not_found", "message": "There is no such address."}, status=404)
    return _page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Our mistake."""
    return _page(request, 500)


def _page(request: HttpRequest, code: int, refusal: Refusal | None = None) -> HttpResponse:
    return render(request, "site/error.html", {"code": code, "refusal": refusal}, status=code)
