"""Statements that leave by mail: drawn when they leave, since they are no document that is issued."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from wharfinger.base.access import HOUSE
from wharfinger.base.disk import put
from wharfinger.documents.actions.printing import print_statement
from wharfinger.documents.queries.letters import statement_mail
from wharfinger.documents.queries.parties import company, language_of
from wharfinger.documents.words import words
from wharfinger.ledger.models import Fact
from wharfinger.parties.models import Organization


def mails(entry: int, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The mail of a statement: drawn as the entry saw it, and kept beside what was issued."""
    organization, last, mail = _read(entry, given)
    days = given["statement"]
    pdf = print_statement(
        actor=HOUSE,
        organization=organization,
        currency=days["currency"],
        first=date.fromisoformat(days["first"]),
        last=last,
    )
    digest = hashlib.sha256(pdf).hexdigest()
    path = f"documents/{digest[:2]}/{digest}.pdf"
    put(Path(settings.MEDIA_ROOT) / path, pdf)
    attached = {"name": _name(days), "path": path, "type": "application/pdf"}
    return [mail | {"attachments": [attached]} if given.get("file", True) else mail]


def foreseen(entry: int, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The mail of a statement, with only the name of its file."""
    mail = _read(entry, given)[2]
    return [mail | {"attachments": [_name(given["statement"])] if given.get("file", True) else []}]


def _read(entry: int, given: Mapping[str, Any]) -> tuple[int, date, dict[str, Any]]:
    """Whose statement it is, its last day, and its mail without the file."""
    subjects = Fact.objects.filter(entry_id=entry, subject__startswith="organization:")
    organization = int(str(subjects.values_list("subject", flat=True)[0]).partition(":")[2])
    days = given["statement"]
    last = date.fromisoformat(days["last"])
    language = language_of(Organization.objects.values_list("language", flat=True).get(pk=organization))
    said = statement_mail(given, list(given["to"]), days["currency"], last, language)
    body = "\n".join([said["text"], "", words(language)["mail_regards"], company().address.name])
    mail = {
        "to": said["to"],
        "subject": said["subject"],
        "body": body,
        "about": f"organization:{organization}",
    }
    return organization, last, mail | {"cc": given["cc"]} if given.get("cc") else mail


def _name(days: Mapping[str, str]) -> str:
    return f"{days['currency']}-{days['last']}.pdf"
