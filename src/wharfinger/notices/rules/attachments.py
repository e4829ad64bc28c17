"""Pure decisions about attachments: to what files may be attached, who sees them, and in which order they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wharfinger.base.fields import Check, text
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import Id, Plan, Truth

SEEN_BY: dict[str, str] = {
    "product": "catalog.read",
    "family": "catalog.read",
    "organization": "parties.read",
    "opportunity": "sales.read",
    "quote": "sales.read",
    "order": "sales.read",
    "work_order": "work.read",
    "purchase_order": "purchasing.read",
    "receipt": "purchasing.read",
    "vendor_bill": "purchasing.read",
    "rfq": "purchasing.read",
    "vendor_return": "purchasing.read",
    "shipment": "fulfilment.read",
    "invoice": "billing.read",
    "credit_note": "billing.read",
    "payment": "billing.read",
    "reminder": "billing.read",
    "rma": "returns.read",
    "vendor_claim": "returns.read",
    "recall": "returns.read",
    "loan": "stock.read",
    "device": "devices.read",
}
"""The nouns that take files, each with what one must hold to see it, and so its files."""

MOST = 200
"""Files of one document."""

CHANGES: dict[str, Check] = {"caption": text(200)}

LABEL = "notices.Attachment"


class Kept(NamedTuple):
    """A file that is in the store."""

    name: str
    kind: str
    digest: str
    size_bytes: int
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that may be put into the store."""

    kept: Kept
    content: bytes = field(repr=False)


def about(subject: str) -> tuple[str, int]:
    """A subject as noun and id; raises NotThere for what takes no files."""
    noun, _, number = subject.partition(":")
    if noun not in SEEN_BY or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise NotThere("no_such_subject", N_("There is no such document."), field="subject")
    return noun, int(number)


def in_use(row: Any) -> bool:
    """Whether a file is still attached."""
    return row.retired_on is None and row.void_id is None


def plan_attaching(truth: Truth, *, subject: str, files: Sequence[Kept], caption: str) -> Plan:
    """Attach files behind those that are there; the same content twice to one document is a slip."""
    there = [row for row in truth.documents[LABEL].values() if in_use(row)]
    if len(there) + len(files) > MOST:
        raise Refusal("too_many_files", N_("A document takes at most {most} files."), field="file", most=MOST)
    known = {row.digest: row.name for row in there}
    plan = Plan()
    last = max((row.rank for row in there), default=0)
    for n, one in enumerate(files, 1):
        if one.digest in known:
            raise Refusal(
                "attached_already",
                N_("“{name}” is attached already, as “{known}”."),
                field="file",
                name=one.name,
                known=known[one.digest],
            )
        known[one.digest] = one.name
        made = plan.create(
            LABEL, about=subject, rank=last + n, caption=caption, retired_on=None, **one._asdict()
        )
        plan.mention(("attachment", made))
    plan.mention(about(subject))
    return plan


def plan_hanging(
    plan: Plan, noun: str, there: Iterable[Any], files: Sequence[Kept], caption: str, which: Sequence[Id]
) -> None:
    """Hang files on each of these nouns, behind what is there; what hangs there already is not had twice."""
    rows: dict[str, list[Any]] = {}
    for row in there:
        rows.setdefault(row.about, []).append(row)
    for pk in which:
        here = rows.get(f"{noun}:{pk}", [])
        last = max((row.rank for row in here), default=0)
        known = {row.digest for row in here}
        fresh = [one for one in {one.digest: one for one in files}.values() if one.digest not in known]
        if len(here) + len(fresh) > MOST:
            raise Refusal(
                "too_many_files", N_("A document takes at most {most} files."), field="file", most=MOST
            )
        for n, one in enumerate(fresh, 1):
            hung = plan.create(
                LABEL, about=(noun, pk), rank=last + n, caption=caption, retired_on=None, **one._asdict()
            )
            plan.mention(("attachment", hung))


def plan_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Give an attachment another caption."""
    row = attached(truth, pk)
    plan = Plan()
    plan.change(row, **values)
    plan.mention(row, about(row.about))
    return plan


def plan_detaching(truth: Truth, *, pk: int) -> Plan:
    """Take a file off its document; the file is kept, so that this can be undone."""
    row = attached(truth, pk)
    plan = Plan()
    plan.change(row, retired_on=truth.today)
    plan.mention(row, about(row.about))
    return plan


def plan_erasing(truth: Truth, *, pk: int) -> Plan:
    """Let the content of a file be gone for good, wherever it is attached or was."""
    row = truth.documents[LABEL].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_attachment", N_("There is no such file."))
    if row.erased_on is not None:
        raise Refusal("erased_already", N_("“{name}” is erased already."), name=row.name)
    plan = Plan()
    for one in truth.documents[LABEL].values():
        if one.digest == row.digest and one.erased_on is None:
            plan.change(one, erased_on=truth.today, retired_on=one.retired_on or truth.today)
            plan.mention(one, about(one.about))
    return plan


def plan_order(truth: Truth, *, subject: str, first: Sequence[int]) -> Plan:
    """Let these stand first, in this order, the others behind as they stood."""
    rows = sorted(filter(in_use, truth.documents[LABEL].values()), key=lambda row: (row.rank, row.pk))
    known = {row.pk: row for row in rows}
    for pk in first:
        if pk not in known:
            raise BadInput("not_attached", N_("This file is not attached here."), field="attachments")
    if len(set(first)) != len(first):
        raise BadInput("twice", N_("Name each only once."), field="attachments")
    plan = Plan()
    for n, row in enumerate([*(known[pk] for pk in first), *(r for r in rows if r.pk not in first)], 1):
        plan.change(row, rank=n)
    plan.mention(about(subject))
    return plan


def attached(truth: Truth, pk: int) -> Any:
    """The attachment that the act locked; raises NotThere when it is taken off."""
    row = truth.documents[LABEL].get(pk)
    if row is None or not in_use(row):
        raise NotThere("no_such_attachment", N_("There is no such file."))
    return row
