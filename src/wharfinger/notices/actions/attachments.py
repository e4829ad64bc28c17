"""The verbs of attachments: attach files, say what they show, put them in order, take them off, erase them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from django.db.models import QuerySet

from wharfinger.base import clock, configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Fact, Outbox
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.notices import store
from wharfinger.notices.models import Attachment
from wharfinger.notices.queries.attachments import attachments, digests_of, is_there, kept, seen
from wharfinger.notices.rules import attachments as rules
from wharfinger.notices.rules.files import PICTURES

MEGABYTE = 1_000_000
STRAY_FOR = timedelta(days=7)
"""A file that nothing names is kept so long: whoever is just attaching it is surely done by then."""


class Upload(Protocol):
    """A file as it comes in, not read yet."""

    name: str | None

    @property
    def size(self) -> int | None:
        """How many bytes."""
        ...

    def read(self) -> bytes:
        """Its content."""
        ...


def attach(
    *,
    actor: Actor,
    subject: str,
    files: Sequence[Upload],
    caption: str = "",
    key: str | None = None,
) -> Written:
    """Attach files to a document or noun (``product:17``), at most as large as the settings allow."""
    require(actor, "notices.attach")
    noun, _ = rules.about(subject)
    require(actor, rules.SEEN_BY[noun])
    if not files:
        raise BadInput("no_file", N_("Choose a file."), field="file")
    if not is_there(subject):
        raise NotThere("no_such_subject", N_("There is no such document."), field="subject")
    caption = tidy(caption, field="caption", most=200, needed=False)
    return attach_kept(
        actor=actor, subject=subject, files=keep(actor=actor, files=files), caption=caption, key=key
    )


def keep(*, actor: Actor, files: Sequence[Upload], pictures: bool = False) -> list[rules.Kept]:
    """Look at files and keep them, before there is what they hang on; what nothing comes to name is swept later.

    pictures: whether only these are taken.
    """
    require(actor, "notices.attach")
    return [store.keep(one) for one in look(actor=actor, files=files, pictures=pictures)]


def look(*, actor: Actor, files: Sequence[Upload], pictures: bool = False) -> list[rules.Looked]:
    """Look at files, of which nothing is kept yet; pictures: whether only these are taken."""
    require(actor, "notices.attach")
    most = configuration.one("attachment_mb")
    for one in files:
        if (one.size or 0) > most * MEGABYTE:
            raise BadInput(
                "file_above_limit",
                N_("“{name}” is larger than {most} MB, which is all that is taken."),
                field="file",
                name=(one.name or "")[:60],
                most=most,
            )
    found = [store.look(one.name or "", one.read()) for one in files]
    for given in (one.kept for one in found):
        if pictures and given.kind not in PICTURES:
            raise BadInput(
                "not_a_picture",
                N_("“{name}” is no picture. Choose a photo, or attach the file to the document."),
                field="file",
                name=given.name[:60],
            )
    return found


def attach_kept(
    *, actor: Actor, subject: str, files: Sequence[rules.Kept], caption: str = "", key: str | None = None
) -> Written:
    """Attach files that are kept already to a document or noun."""
    require(actor, "notices.attach")
    noun, _ = rules.about(subject)
    require(actor, rules.SEEN_BY[noun])
    plan = partial(rules.plan_attaching, subject=subject, files=files, caption=caption[:200])
    told = ", ".join(one.name for one in files)[:1000]
    return post("attach", _standing(subject), plan, actor=actor, key=key, reason=told)


def hang(truth: Truth, plan: Plan, noun: str, files: Sequence[rules.Looked], caption: str) -> None:
    """Let a plan hang files on all of a noun that it mentions, so that they are of its entry and undone with it.

    They are put into the store here, when all else is decided: what is refused leaves none behind.
    """
    which = [pk for name, pk in plan.mentions if name == noun]
    rows = attachments().filter(about__in=[f"{noun}:{pk}" for pk in which if isinstance(pk, int)])
    rules.plan_hanging(plan, noun, rows, [one.kept for one in files], caption[:200], which)
    for one in files:
        store.keep(one)


def change_attachment(
    *, actor: Actor, attachment: int, values: Mapping[str, Any], key: str | None = None
) -> Written:
    """Say what a file shows."""
    require(actor, "notices.attach")
    seen(actor, attachment)
    plan = partial(rules.plan_change, pk=attachment, values=checked(rules.CHANGES, values))
    return post("change", Wish(documents=[(Attachment, [attachment])]), plan, actor=actor, key=key)


def arrange(*, actor: Actor, subject: str, attachments: Sequence[int], key: str | None = None) -> Written:
    """Let these files stand first at their document, in this order; a product's first picture is its main one."""
    require(actor, "notices.attach")
    noun, _ = rules.about(subject)
    require(actor, rules.SEEN_BY[noun])
    plan = partial(rules.plan_order, subject=subject, first=list(attachments))
    return post("change", _standing(subject), plan, actor=actor, key=key)


def detach(*, actor: Actor, attachment: int, key: str | None = None) -> Written:
    """Take a file off its document; it is kept, so that this can be undone."""
    require(actor, "notices.attach")
    found = seen(actor, attachment)
    plan = partial(rules.plan_detaching, pk=attachment)
    wish = Wish(documents=[(Attachment, [attachment])])
    return post("detach", wish, plan, actor=actor, key=key, reason=found.name)


def erase(*, actor: Actor, attachment: int, reason: str, key: str | None = None) -> Written:
    """Erase what a file holds, for good: its name, its digest and its story stay, its content goes.

    The same content goes wherever else it is attached. It is out of reach at once, and off the disk as soon as
    the worker comes by. Nothing brings it back, so a reason is needed.
    """
    require(actor, "notices.erase")
    found = kept(actor, attachment)
    why = tidy(reason, field="reason", most=1000)
    rows = Attachment.objects.filter(digest=found.digest, erased_on__isnull=True).order_by("pk")
    every = list(rows.values_list("pk", "about"))
    for noun in sorted({about.partition(":")[0] for _, about in every}):
        require(actor, rules.SEEN_BY[noun])
    wish = Wish(documents=[(Attachment, [pk for pk, _ in every] or [attachment])])
    plan = partial(rules.plan_erasing, pk=attachment)
    return post("erase", wish, plan, actor=actor, key=key, reason=why)


def take_off_the_disk(row: Outbox) -> list[dict[str, Any]]:
    """Delete what an entry erased, and the pictures that were drawn of it."""
    assert row.entry is not None, "what is erased is erased by an entry"
    gone = Fact.objects.filter(entry=row.entry, field="erased_on").values_list("subject", flat=True)
    files = [int(subject.partition(":")[2]) for subject in gone]
    for digest in digests_of(files):
        store.erase(digest)
    return []


def leave_erased(truth: Truth, plan: Plan) -> None:
    """Let what is erased stay so, whatever is undone; refuses to undo where nothing else would come of it."""
    rows = truth.documents.get(rules.LABEL, {})
    mine = [
        change
        for change in plan.changes
        if change.label == rules.LABEL
        and change.field in ("erased_on", "retired_on")
        and rows[change.pk].erased_on is not None
    ]
    if not mine:
        return
    plan.changes = [change for change in plan.changes if change not in mine]
    if not (plan.changes or plan.voids or plan.steps or plan.postings):
        raise Refusal("stays_erased", N_("The content of this file is erased, so nothing brings it back."))


def sweep() -> int:
    """Delete what lies in the store and was never attached: refused and tried uploads; how many files."""
    before = (clock.now() - STRAY_FOR).timestamp()
    gone = 0
    every = Attachment.objects.filter(erased_on__isnull=True)
    for file in store.strays(every.values_list("digest", flat=True)):
        if file.stat().st_mtime < before:
            file.unlink()
            gone += 1
    return gone


def _standing(subject: str) -> Wish:
    rows: QuerySet[Attachment, Any] = Attachment.objects.filter(about=subject, void__isnull=True)
    return Wish(documents=[(Attachment, list(rows.values_list("pk", flat=True)))])


def follow(truth: Truth, plan: Plan) -> None:
    """Let the files of a double be those of the one that stays, behind its own; what it has already is not had twice."""
    gone = {
        f"{c.subject.partition(':')[0]}:{c.pk}": f"{c.subject.partition(':')[0]}:{c.new}"
        for c in plan.changes
        if c.field == "merged_into_id" and c.new is not None
    }
    every = Attachment.objects.filter(retired_on__isnull=True, void__isnull=True).order_by("rank", "pk")
    rows = list(every.filter(about__in={*gone, *gone.values()}))
    there = {(one.about, one.digest) for one in rows}
    last = max((one.rank for one in rows if one.about not in gone), default=0)
    for n, one in enumerate((one for one in rows if one.about in gone), 1):
        if (gone[one.about], one.digest) in there:
            plan.change(one, retired_on=truth.today)
        else:
            there.add((gone[one.about], one.digest))
            plan.change(one, about=gone[one.about], rank=last + n)
