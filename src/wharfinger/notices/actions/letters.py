"""The verb of mails that come in: each is kept once, at the document whose mail it answers, and told to people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial

from django.utils.crypto import constant_time_compare

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import BadInput
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Outbox
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.notices import replies, store
from wharfinger.notices.actions.attachments import MEGABYTE
from wharfinger.notices.models import Attachment
from wharfinger.notices.queries import attachments
from wharfinger.notices.rules import letters as rules
from wharfinger.notices.rules.attachments import Kept
from wharfinger.notices.rules.letters import Came, File


def answer(*, actor: Actor, content: bytes, key: str | None = None) -> Written:
    """Take a mail in as it was sent (RFC 5322): at the document whose mail it answers, or where nobody knows, by itself.

    The same mail twice is kept once. Files that we do not take are named and left out; of a mail that answers none of
    ours no file is kept.
    """
    require(actor, "notices.letter")
    came = rules.read(content)
    row = _answered(came)
    subject = str(row.payload["about"]) if row is not None else ""
    files, left_out = _kept(came.files) if subject else ([], [one.name for one in came.files])
    letter = {
        "outbox_id": row.pk if row is not None else None,
        "message_id": came.message_id,
        "sender": came.sender,
        "title": came.title,
        "text": came.text,
    }
    plan = partial(
        rules.plan_letter,
        subject=subject,
        letter=letter,
        files=files,
        left_out=[*left_out, *came.left_out],
    )
    there = Attachment.objects.filter(about=subject, void__isnull=True) if subject else ()
    wish = Wish(documents=[(Attachment, [one.pk for one in there])])
    return post("answer", wish, plan, actor=actor, key=key or _key(came))


def _key(came: Came) -> str:
    """By which the same mail is taken in once, whoever hands it in."""
    return f"letter {hashlib.sha256(came.message_id.encode()).hexdigest()[:40]}"


def _answered(came: Came) -> Outbox | None:
    """The mail of ours that it answers, proved by the mark that we gave it; nothing where it names none, or forges one."""
    rows = _mails(pk for pk, _mark in (*came.tags, *came.answers))
    for pk, mark in came.tags:
        row = rows.get(pk)
        if row is not None and constant_time_compare(mark, replies.mark(row)):
            return row
    for pk, mark in came.answers:
        row = rows.get(pk)
        if row is not None and constant_time_compare(mark, replies.identity_mark(row)):
            return row
    return None


def _mails(named: Iterable[int]) -> dict[int, Outbox]:
    """Our mails among these that carried a document which is still there."""
    found = Outbox.objects.filter(pk__in=set(named), consumer="mail")
    return {
        row.pk: row
        for row in found
        if row.payload.get("about") and attachments.is_there(row.payload["about"])
    }


def _kept(files: Iterable[File]) -> tuple[list[Kept], list[str]]:
    """The files that we take, in the store; and the names of those that we do not."""
    most = configuration.one("attachment_mb") * MEGABYTE
    kept: list[Kept] = []
    left_out: list[str] = []
    for one in files:
        try:
            if len(one.content) > most:
                left_out.append(one.name)
            else:
                kept.append(store.keep(store.look(one.name, one.content)))
        except BadInput:
            # A stranger does not mend what they sent: the rest of the mail is worth having.
            left_out.append(one.name)
    return kept, left_out
