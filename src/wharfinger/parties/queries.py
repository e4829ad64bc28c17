"""Reads about organizations and the people who sign in."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Q

from wharfinger.parties.models import Token, User


def digest(token: str) -> str:
    """The form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_of(token: str, *, now: datetime) -> User | None:
    """Whom a token stands for, narrowed to its scopes; nobody when it is unknown, revoked or has expired."""
    if not token.isascii() or len(token) > 200:
        return None
    valid = Token.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
    found = valid.select_related("user").filter(digest=digest(token), user__is_active=True).first()
    if found is None:
        return None
    found.user.scopes = frozenset(found.scopes) if found.scopes else None
    return found.user
