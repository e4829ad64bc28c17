"""What a request passes on its way in, which differs by who calls: a browser, or a program with a token."""

from __future__ import annotations

from collections.abc import Callable

from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

Next = Callable[[HttpRequest], HttpResponse]

_innermost: list[Next] = []


def innermost(get_response: Next) -> Next:
    """Stands last in line, where it learns what finds the address and answers; it takes no part itself."""
    _innermost[:] = [get_response]
    raise MiddlewareNotUsed


class HeadersMiddleware:
    """Tells browsers what an answer of ours may load and that nobody frames it: the same words each time."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with these headers."""
        response = self.get_response(request)
        response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        # The framework's own pages for developers bring their styles along.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers["Content-Security-Policy"] = self.policy
        return response


LARGE = 60_000
"""Bytes from which on a page is worth the processor that packing it takes, 1 ms for 50 kB."""


class PackingMiddleware(GZipMiddleware):
    """Sends large pages packed: one of 200 lines takes a tenth of its bytes. What programs read stays as it is."""

    # Answers of the API keep their tags, by which a program says what it saw; PDFs are packed already.
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Pack it where it is a large page and the browser takes that."""
        page = response.get("Content-Type", "").startswith("text/html")
        if page and isinstance(response, HttpResponse) and len(response.content) >= LARGE:
            return super().process_response(request, response)
        return response


class TokenMiddleware:
    """Lets a program with a token pass by what only browsers need: session, forms, messages, parts of pages."""

    def __init__(self, get_response: Next) -> None:
        # Django makes the last in line first.
        self.browser, self.program = get_response, _innermost[0]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a program at once; whoever names no scheme in ``Authorization`` is taken for a browser."""
        named = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[0]
        passes = named and request.path.startswith("/api/")
        return self.program(request) if passes else self.browser(request)
