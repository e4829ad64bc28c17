"""How often something may be tried: counted in the memory of each process, for a while, by who tries it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """Where a request comes from: behind our proxy, what it added last, as all before may be made up."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return forwarded if forwarded and settings.BEHIND_PROXY else str(request.META.get("REMOTE_ADDR", ""))


def key(what: str, *who: str) -> str:
    """Under which name the tries of somebody at something are counted."""
    tried = "\n".join(who).encode()
    return f"{what}:{hashlib.sha256(tried).hexdigest()}"


def reached(limits: Mapping[str, int]) -> bool:
    """Whether any of these is counted up to its limit."""
    return any(cache.get(one, 0) >= most for one, most in limits.items())


def count(one: str, seconds: int) -> None:
    """Count a try; it is forgotten after so many seconds in which nobody tries again."""
    cache.set(one, cache.get(one, 0) + 1, seconds)


def forget(one: str) -> None:
    """Begin anew."""
    cache.delete(one)
