"""Documents that leave by mail: kept first, then handed to whoever sends mails, as a row of the outbox."""

from __future__ import annotations

from typing import Any

from wharfinger.base.access import HOUSE
from wharfinger.documents.actions.issuing import file_of, issue, issue_for
from wharfinger.documents.kinds import KINDS, Kind
from wharfinger.documents.render import TEMPLATES
from wharfinger.documents.words import words
from wharfinger.ledger.chart import CHART
from wharfinger.ledger.models import Entry, Fact, Outbox

SENT = {"quote": KINDS["quote"], "invoice": KINDS["invoice"], "purchase_order": KINDS["purchase-order"]}
"""Whose column `sent_at` says that it goes to the other side, by the noun of its subject."""

WAYS = {
    "quote": ("sheet__contact__email", "sheet__organization__email"),
    "invoice": ("organization__email", "sheet__contact__email"),
    "purchase-order": ("vendor__email",),
}
"""Where the address is found, the better one first: offers go to people, bills to the organization."""

VERBS = frozenset({"invoice", "post_invoice", "sell", "send_invoice", "send_quote", "send_purchase"}) | {
    row.verb for row in CHART if "credited" in row.target
}
"""Verbs after which there may be something to keep or to send."""


def keep_and_send(row: Outbox) -> list[dict[str, Any]]:
    """Keep what an entry made final for good, and return the mails by which documents leave.

    Nobody is written to who has no address; the PDF is kept all the same.
    """
    assert row.entry_id is not None
    issue_for(row.entry_id)
    mails = [mail for of, pk in _leaving(row.entry_id) if (mail := written(of, pk))]
    return [
        {"entry_id": row.entry_id, "consumer": "mail", "payload": mail, "due_at": row.due_at}
        for mail in mails
    ]


def about(entry: Entry) -> list[dict[str, Any]]:
    """The mails by which an entry's documents would leave; attached are only the names of the files."""
    return [mail for of, pk in _leaving(entry.pk) if (mail := _foreseen(of, pk))]


def written(of: Kind, pk: int) -> dict[str, Any] | None:
    """The mail with a document attached, in the reader's language; nothing where there is no address."""
    if of.final(pk) is None:
        return None
    kept = issue(actor=HOUSE, kind=of.name, pk=pk)
    file_of(kept)
    to = _addresses(of, pk)
    if not to:
        return None
    us = kept.content["company"]["address"]["name"]
    attached = {
        "name": _file_name(of, kept.number),
        "path": kept.file,
        "type": "application/pdf",
    }
    return _letter(of, to, kept.number, kept.language, us) | {"attachments": [attached]}


def _foreseen(of: Kind, pk: int) -> dict[str, Any] | None:
    to = _addresses(of, pk)
    if not to or of.final(pk) is None:
        return None
    language = of.language(pk)
    shape: Any = of.of(pk, language)
    letter = _letter(of, to, shape.number, language, shape.company.address.name)
    return letter | {"attachments": [_file_name(of, shape.number)]}


def _leaving(entry: int) -> list[tuple[Kind, int]]:
    """The documents that an entry sends to the other side."""
    subjects = Fact.objects.filter(entry_id=entry, field="sent_at", new__isnull=False)
    named = (subject.partition(":") for subject in subjects.order_by("id").values_list("subject", flat=True))
    return [(SENT[noun], int(number)) for noun, _, number in named if noun in SENT]


def _letter(of: Kind, to: list[str], number: str, language: str, us: str) -> dict[str, Any]:
    said = words(language)
    title = f"{said[TEMPLATES[of.shape]]} {number}"
    body = [
        said["mail_hello"],
        "",
        said["mail_attached"].format(document=title),
        "",
        said["mail_regards"],
        us,
    ]
    return {
        "to": to,
        "subject": " – ".join(part for part in (title, us) if part),
        "body": "\n".join(body),
    }


def _file_name(of: Kind, number: str) -> str:
    return f"{number or of.name}.pdf"


def _addresses(of: Kind, pk: int) -> list[str]:
    """Whom to write to: one address, or nobody."""
    found = of.model.objects.filter(pk=pk).values_list(*WAYS[of.name])
    return [next(address for address in row if address) for row in found if any(row)]
