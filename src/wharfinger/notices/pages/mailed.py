"""The mails by which a document went to the other side, as a section of its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from wharfinger.ledger.models import Outbox
from wharfinger.notices import queries


def part(request: HttpRequest, subject: str) -> str:
    """What was sent about a document, to whom, and whether it left; nothing where nothing was."""
    actor: Any = request.user
    if not actor.may("notices.read"):
        return ""
    rows = [_row(one) for one in queries.mails_of(subject)]
    if not rows:
        return ""
    context = {"rows": rows, "again": actor.may("notices.outbox")}
    return render_to_string("notices/mailed.html", context, request)


def _row(one: Outbox) -> dict[str, Any]:
    if one.dead_at is not None:
        word = ("red", _("Given up"))
    elif one.finished_at is not None:
        word = ("green", _("Sent"))
    else:
        word = ("amber", _("Waiting"))
    return {
        "id": one.pk,
        "to": ", ".join([*one.payload["to"], *one.payload.get("cc", ())]),
        "subject": one.payload["subject"],
        "at": one.finished_at or one.due_at,
        "word": word,
        "said": one.error.strip().splitlines()[-1][:120] if one.error.strip() else "",
    }
