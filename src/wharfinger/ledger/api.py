"""The journal and the audit over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import quantity
from wharfinger.base.access import require
from wharfinger.base.door import Given, Id, Listing, Note, Page, Request, Shown, answer, there, whole
from wharfinger.ledger import audit as proofs
from wharfinger.ledger import queries
from wharfinger.ledger.door import changes, write
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written

router = Router(tags=["history"], by_alias=True)


class EntryOut(Shown):
    """One act in the journal."""

    id: Id
    verb: str = Field(examples=["pick"])
    actor: int | None
    recorded_at: datetime
    effective_on: date
    reason: str
    reverses: int | None
    reversed_by: int | None
    subjects: list[str] = Field(examples=[["order:17"]])


class MoveOut(Shown):
    """Goods, wishes or bills that went from one kind of place to another."""

    product: int
    quantity: str = Field(examples=["3"])
    source: str = Field(alias="from", examples=["bin"])
    target: str = Field(alias="to", examples=["picked"])
    line: int | None
    serial: str | None


class PostingOut(Shown):
    """Money that went from one account to another."""

    source: str = Field(alias="from", examples=["revenue"])
    target: str = Field(alias="to", examples=["receivable"])
    amount: str = Field(examples=["119.00"])
    currency: str = Field(examples=["EUR"])
    home: str = Field(examples=["119.00"], description="The same in home currency.")


class ChangeOut(Shown):
    """A field that took another value: figures as decimal strings, ``{subject, title}`` of what it names."""

    subject: str = Field(examples=["purchase_order:17"])
    field: str = Field(examples=["freight"])
    old: Any = Field(examples=["12.50"], description="What it held before; null where nothing stood.")
    new: Any = Field(examples=["9.00"])
    currency: str | None = Field(examples=["EUR"], description="Of an amount; null of anything else.")


class EntryDetail(EntryOut):
    """One act in the journal with everything it wrote."""

    moves: list[MoveOut]
    postings: list[PostingOut]
    changes: list[ChangeOut]


class EntryDone(EntryDetail):
    """The entry that undid another."""

    entry: Id


class Undo(Given):
    """Why an entry is undone, and of which lines how many."""

    reason: Note = ""
    lines: dict[str, str | None] | None = Field(
        default=None,
        max_length=500,
        examples=[None],
        description="How many units to take back by line; null for all that is left of it.",
    )


class FindingOut(Shown):
    """A promise of the books that does not hold."""

    law: str
    where: str
    found: str


class AuditOut(Shown):
    """Whether the books hold."""

    clean: bool
    findings: list[FindingOut]


JOURNAL = Listing(
    "journal",
    filters={"subject": queries.about, "verb": "verb", "actor": "actor_id", "reverses": "reverses_id"},
    days={"effective_on": "effective_on", "recorded_at": "recorded_at"},
    q=("reason",),
)


@router.get("/journal", response=Page[EntryOut], openapi_extra=JOURNAL.described, summary="List the journal")
def journal(request: Request) -> HttpResponse:
    """Every act, newest first; ``?subject=order:17`` is the timeline of a document."""
    require(request.auth, "ledger.read")
    return JOURNAL.answer(request, queries.entries(), queries.show_entries)


def _show(entry: int, *, costs: bool) -> dict[str, Any]:
    (shown,) = queries.show_entries([there(queries.entries(), entry)])
    return {
        **shown,
        "moves": queries.moves(entry),
        "postings": queries.postings(entry) if costs else [],
        "changes": changes(entry, costs=costs),
    }


@router.get("/journal/{entry}", response=EntryDetail, summary="Read an entry")
def journal_entry(request: Request, entry: Id) -> HttpResponse:
    """One act with everything it wrote."""
    actor = request.auth
    require(actor, "ledger.read")
    return answer(_show(entry, costs=actor.may("catalog.see_cost")))


@router.post("/journal/{entry}/reverse", response=EntryDone, summary="Undo an entry")
def reverse_entry(request: Request, entry: Id, body: Undo) -> HttpResponse:
    """Undo an act, in whole or for chosen lines and quantities."""
    actor = request.auth

    def act() -> Written:
        return reverse(actor=actor, entry=entry, claims=_claims(body.lines), reason=body.reason)

    return write(request, act, lambda done: _show(done.id, costs=actor.may("catalog.see_cost")))


def _claims(lines: dict[str, str | None] | None) -> dict[int, int | None] | None:
    """Units to take back by line, in each product's smallest unit."""
    if lines is None:
        return None
    asked = {whole(line, f"lines.{line[:20]}"): text for line, text in lines.items()}
    decimals = queries.decimals_of_claims(list(asked))
    return {
        line: None if text is None else quantity.quantity(text, decimals.get(line, 0), field=f"lines.{line}")
        for line, text in asked.items()
    }


@router.get("/audit", response=AuditOut, summary="Prove the books")
def audit(request: Request) -> HttpResponse:
    """Prove every balance again from its history."""
    require(request.auth, "ledger.audit")
    found = proofs.audit()
    listed = [{"law": f.law, "where": f.where, "found": f.found} for f in found]
    return answer({"clean": not found, "findings": listed})
