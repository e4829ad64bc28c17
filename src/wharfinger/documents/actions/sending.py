"""Documents that leave by mail: kept first, then handed to whoever sends mails, as a row of the outbox."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from django.db.models import Q

from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.billing.actions import sending as billing
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.billing.queries.mailing import by_mail
from wharfinger.documents.actions import stating
from wharfinger.documents.actions.issuing import file_of, issue, issue_for
from wharfinger.documents.kinds import Kind
from wharfinger.documents.models import Issued
from wharfinger.documents.queries import letters, recalling
from wharfinger.documents.queries.letters import SENT, addresses, composed
from wharfinger.ledger.chart import CHART
from wharfinger.ledger.models import Entry, Fact, Outbox
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.write import MADE, Written
from wharfinger.sales.rules.sending import LETTER

LETTERS = (
    "send_quote",
    "send_order",
    "send_invoice",
    "send_credit_note",
    "send_statement",
    "send_rma",
    "remind_rma",
    "tell_owners",
    "tell_owners_again",
)
"""Verbs whose mail somebody may have written."""

VERBS = frozenset(
    {
        "invoice",
        "post_invoice",
        "sell",
        "send_purchase",
        "send_reminder",
        "send_rfq",
        *LETTERS,
    }
) | {row.verb for row in CHART if "credited" in row.target}
"""Verbs after which there may be something to keep or to send."""

SENDING = frozenset({"send_purchase", "send_reminder", "send_rfq", *LETTERS})
"""Verbs that do nothing but send: undone before the mail has left, it stays here."""

RECALLING = ("tell_owners", "tell_owners_again")
"""Verbs that write to the owners of what is recalled."""

LASTING = ("send_reminder", "remind_rma", *RECALLING)
"""Those that are not undone once the mail has left: the customer was reminded."""

CONSUMER = "documents"


def hand_over(_truth: Truth, plan: Plan, written: Written) -> None:
    """Give the worker what somebody wrote: addresses and text go with the mail, the journal keeps neither."""
    Outbox.objects.filter(entry=written.entry, consumer=CONSUMER).update(payload={LETTER: plan.notes[LETTER]})


def keep_and_send(row: Outbox) -> list[dict[str, Any]]:
    """Keep what an entry made final for good, and return the mails by which documents leave.

    Nobody is written to who has no address, or has it by hand; the PDF is kept all the same.
    """
    assert row.entry_id is not None
    _send_at_once(row, issue_for(row.entry_id))
    given = row.payload.get(LETTER, {})
    mails = [mail for of, pk in _leaving(row.entry_id) if (mail := written(of, pk, given))]
    if "statement" in given:
        mails += stating.mails(row.entry_id, given)
    if "recall" in given:
        mails += recalling.mails(given)
    return [
        {"entry_id": row.entry_id, "consumer": "mail", "payload": mail, "due_at": row.due_at}
        for mail in mails
    ]


def stop(truth: Truth, _plan: Plan, _written: Written) -> None:
    """Let a mail that has not left stay here once its sending is undone; refuse to undo a reminder that has left.

    A mail that the worker is handing over at this moment counts as gone.
    """
    original = truth.read["original"]
    if original.verb not in SENDING:
        return
    gone = Q(consumer="mail", leased_until__gte=truth.now)
    # What is read from the outbox is finished under its lease alone, so nothing follows from a row that is gone.
    Outbox.objects.filter(
        ~gone, entry=original, consumer__in=(CONSUMER, "mail"), finished_at=None, dead_at=None
    ).delete()
    if original.verb in RECALLING and left([original.pk]):
        raise Refusal(
            "mail_left", N_("This letter has left by mail. Write to the customer once more instead.")
        )
    if original.verb in LASTING and left([original.pk]):
        raise Refusal(
            "mail_left",
            N_(
                "This letter has left by mail. Leave the invoice or the customer out of the next one instead."
            ),
        )


def keep_papers(_truth: Truth, plan: Plan, written: Written) -> None:
    """Let the worker keep and send what an undo posted."""
    if plan.creates.keys() & {"billing.Invoice", "billing.CreditNote"}:
        entry = written.entry
        Outbox.objects.create(entry=entry, consumer=CONSUMER, due_at=entry.recorded_at)


def left(entries: Collection[int]) -> set[int]:
    """Those of these entries whose letter has left and is not undone any more."""
    mails = Outbox.objects.filter(entry__in=entries, entry__verb__in=LASTING, consumer="mail", dead_at=None)
    gone = mails.filter(Q(finished_at__isnull=False) | Q(leased_until__gte=clock.now()))
    return set(gone.values_list("entry", flat=True))


def about(entry: Entry) -> list[dict[str, Any]]:
    """The mails by which an entry's documents would leave; attached are only the names of the files."""
    leaving = _leaving(entry.pk)
    given: dict[str, Any] = {}
    if entry.verb in LETTERS:
        row = Outbox.objects.filter(entry=entry, consumer=CONSUMER).values_list("payload", flat=True).first()
        given = (row or {}).get(LETTER, {})
    mails = [mail for of, pk in leaving if (mail := _foreseen(of, pk, given))]
    if "statement" in given:
        mails += stating.foreseen(entry.pk, given)
    if "recall" in given:
        mails += recalling.mails(given)
    return mails


def written(of: Kind, pk: int, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The mail with a document attached, in the reader's language; nothing where there is no address."""
    if of.final(pk) is None:
        return None
    kept = issue(actor=HOUSE, kind=of.name, pk=pk)
    file_of(kept)
    to = _to(of, pk, given)
    if not to:
        return None
    us = kept.content["company"]["address"]["name"]
    subject = letters.about(of, pk)
    mail = composed(of, pk, given, to, kept.number, kept.language, us) | {"about": subject}
    attached = {
        "name": _file_name(of, kept.number),
        "path": kept.file,
        "type": "application/pdf",
    }
    return mail | {"attachments": [attached]} if given.get("file", True) else mail


def _send_at_once(row: Outbox, issued: Iterable[Issued]) -> None:
    """Send what an act posted, to customers who get their bills by mail; where there is no address it stays here."""
    wanted = by_mail(whose for one in issued if (whose := _whose(one)))
    for one in issued:
        if _whose(one) not in wanted:
            continue
        noun, _, pk = one.subject.partition(":")
        verb: Any = {
            "invoice": partial(billing.send_invoice, invoice=int(pk)),
            "credit_note": partial(billing.send_credit_note, credit_note=int(pk)),
        }[noun]
        # Nobody to write to: it is printed, and reads as not sent.
        with suppress(BadInput):
            verb(actor=HOUSE, key=f"at posting:{row.pk}:{one.subject}")


def _whose(issued: Issued) -> int | None:
    """The customer of an invoice or credit note that nobody has sent yet."""
    noun, _, pk = issued.subject.partition(":")
    model: Any = {"invoice": Invoice, "credit_note": CreditNote}.get(noun)
    found = model.objects.filter(pk=pk, sent_at=None) if model else None
    return found.values_list("organization", flat=True).first() if found is not None else None


def _foreseen(of: Kind, pk: int, given: Mapping[str, Any]) -> dict[str, Any] | None:
    to = _to(of, pk, given)
    if not to or of.final(pk) is None:
        return None
    language = of.language(pk)
    shape: Any = of.of(pk, language)
    mail = composed(of, pk, given, to, shape.number, language, shape.company.address.name)
    return mail | {"attachments": [_file_name(of, shape.number)] if given.get("file", True) else []}


def _to(of: Kind, pk: int, given: Mapping[str, Any]) -> list[str]:
    if given.get("by_hand"):
        return []
    return list(given.get("to", ())) or addresses(of, pk)


def _leaving(entry: int) -> list[tuple[Kind, int]]:
    """The documents that an entry sends to the other side."""
    subjects = Fact.objects.filter(entry_id=entry, field="sent_at", new__isnull=False)
    named = (subject.partition(":") for subject in subjects.order_by("id").values_list("subject", flat=True))
    made = Fact.objects.filter(entry_id=entry, field=MADE, subject="billing.Reminder").values_list(
        "new", flat=True
    )
    written = [(SENT["reminder"], pk) for ids in made for pk in json.loads(ids or "[]")]
    return [(SENT[noun], int(number)) for noun, _, number in named if noun in SENT] + written


def _file_name(of: Kind, number: str) -> str:
    return f"{number or of.name}.pdf"
