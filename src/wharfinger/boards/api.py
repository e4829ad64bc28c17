"""The worklists over HTTP: what waits on each page of work, and how much."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from django.db.models import Sum
from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import clock, configuration
from wharfinger.base.access import require
from wharfinger.base.asking import Ask
from wharfinger.base.door import Done, Given, Id, Page, Request, Shown, answer, whole
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, NotThere
from wharfinger.boards.counting import counts
from wharfinger.boards.invoicing import NOT_BILLED, Stage, asked_for, with_day
from wharfinger.boards.showing import fields_of
from wharfinger.boards.waiting import COMING, turns
from wharfinger.boards.worklists import BY_NAME, WORKLISTS, workable
from wharfinger.demand.models import SUBJECTS
from wharfinger.demand.queries import promises
from wharfinger.demand.queries.serving import with_turn
from wharfinger.ledger.door import write
from wharfinger.ledger.models import Move
from wharfinger.ledger.write import Written
from wharfinger.parties.api.organizations import Policy
from wharfinger.purchasing.queries import yeses
from wharfinger.purchasing.queries.quoting import REQUEST, with_request
from wharfinger.sales.actions.serving import serve_now
from wharfinger.sales.rules.serving import WAITING
from wharfinger.stock.rules.serving import Priority

router = Router(tags=["worklists"])


class WorklistOut(Shown):
    """A page of work, and how many rows wait there (counted no further than 1,001)."""

    name: str
    kinds: list[str]
    waiting: int


class ApprovalOut(Shown):
    """How many people have approved something, of how many must."""

    given: int
    needed: int | None = Field(description="Null where it is above the limit of every tier.")


class WaitingOut(Shown):
    """Goods, a wish or a bill that waits: how many of which product, where and for which line."""

    id: Id
    kind: str
    product: Id
    sku: str
    quantity: str
    line: int | None
    subject: str | None
    number: str | None
    organization: str | None
    serial: str | None
    rfq: int | None = Field(
        description="The open request for quotation in which vendors are asked for it, where it waits to be ordered."
    )
    approval: ApprovalOut | None = Field(
        description="How far its approval is, where it waits for that and approval tiers are in force."
    )
    net: str | None = Field(
        examples=["149.70"], description="What it comes to, where it waits to be invoiced; as the four below."
    )
    proposed: str | None = Field(
        examples=["3"], description="How much of it is due by the policy of its customer."
    )
    policy: Policy | None
    stage: list[Stage] | None = Field(
        description="Where its goods are; several where they are apart.", examples=[["gone"]]
    )
    since: date | None = Field(description="The day since which it may be invoiced.")


class BackOrderOut(Shown):
    """What a firm line lacks: whose turn it is when goods are free, and what endangers its promise."""

    id: Id
    line: Id
    subject: str = Field(examples=["order:17"])
    number: str = Field(examples=["SO-17"])
    organization: str
    product: Id
    sku: str
    quantity: str
    kind: str = Field(description="What has become of it: to order, on a draft, on order and so on.")
    turn: int | None = Field(
        description="Its place among those who wait for the like; null where goods are ordered for it."
    )
    priority: Priority
    promised_on: date | None
    promise: Literal["late", "endangered", ""]
    why: str = Field(examples=["PO-12 comes 5 Dec 2026, promised 1 Dec 2026"])
    expected_on: date | None
    waits_since: date


class Serve(Given):
    """The lines that are served; without them all who wait for what is free."""

    lines: list[Id] = Field(default=[], max_length=500, examples=[[]])


class ServedOut(Shown):
    """So many units of a line that are reserved for it now."""

    line: Id
    quantity: str


class ServeDone(Done):
    """Who was served, and the entry that did it."""

    served: list[ServedOut]


EVERYBODY = Serve()
COLUMNS_OF_BILLS = ("amount", "policy")


@router.get("/worklists", response=Page[WorklistOut], summary="List the worklists")
def worklists(request: Request) -> HttpResponse:
    """Every page of work that the caller may see, with the number waiting."""
    modules = configuration.one("modules")
    waits = counts()
    items = [
        {"name": one.name, "kinds": list(one.kinds), "waiting": waits[one.name]}
        for one in WORKLISTS
        if request.auth.may(one.permission) and modules.get(one.module, True)
    ]
    return answer({"items": items, "next": None})


@router.get("/worklists/{name}", response=Page[WaitingOut], summary="Read a worklist")
def worklist(request: Request, name: str, cursor: str = "", limit: str = "50") -> HttpResponse:
    """What waits on a page of work, newest first."""
    one = BY_NAME.get(name)
    if (
        one is None
        or not configuration.one("modules").get(one.module, True)
        or not request.auth.may(one.permission)
    ):
        raise NotThere("no_such_worklist", N_("There is no such worklist, or it is not yours to see."))
    size = min(max(whole(limit, "limit"), 1), 500)
    ask = Ask(f"worklist_{name}", request.auth, limit=size, cursor=cursor)
    found, fields = workable(one, one.kinds), fields_of(COLUMNS_OF_BILLS if "to_bill" in one.kinds else ())
    if "to_bill" in one.kinds:
        found, fields = with_day(found), (*fields, "billable_on")
    if "to_order" in one.kinds:
        found, fields = with_request(found, "claim"), (*fields, *REQUEST)
    page = ask.slice(found, {}, among=("kind", one.kinds), fields=fields)
    asks = {int(row["claim_id"]) for row in page.items if row["kind"] == "to_approve"}
    far = yeses.of_lines(asks, clock.today(configuration.one("time_zone")))
    bills = [row for row in page.items if row["kind"] == "to_bill"]
    asked = asked_for(bills) if bills else {}
    items = [{**_shown(row, far), **asked.get(row["id"], NOT_BILLED)} for row in page.items]
    return answer({"items": items, "next": page.after})


@router.get("/back-orders", response=Page[BackOrderOut], summary="List back orders")
def back_orders(
    request: Request, cursor: str = "", limit: str = "50", number: str = "", organization: str = ""
) -> HttpResponse:
    """What firm lines lack, in the order in which they are served when goods are free.

    number: of the order or work; organization: the customer, by id.
    """
    require(request.auth, "purchasing.read")
    size = min(max(whole(limit, "limit"), 1), 500)
    ask = Ask("back_orders", request.auth, limit=size, cursor=cursor)
    found = with_turn(workable(BY_NAME["purchasing"], COMING), "claim__line__")
    if number:
        found = found.filter(claim__line__sheet__number__iexact=number)
    if organization:
        found = found.filter(claim__line__organization=whole(organization, "organization"))
    since = "claim__line__made__effective_on"
    fields = (*fields_of(()), "turn", since)
    page = ask.slice(found, {"turn": "turn"}, by="turn", among=("kind", COMING), fields=fields)
    whose = turns(page.items)
    items = []
    for row in page.items:
        wait, place = whose.wait(row), whose.ranks.get(row["claim_id"])
        shown = _shown(row, {})
        kept = ("id", "kind", "product", "sku", "quantity", "line", "subject", "number", "organization")
        items.append(
            {
                **{key: shown[key] for key in kept},
                "turn": place if row["kind"] in WAITING else None,
                "priority": row["claim__line__sheet__priority"],
                "promised_on": wait.promised if wait else None,
                "promise": wait.danger if wait else "",
                "why": promises.reason(wait) if wait and wait.danger else "",
                "expected_on": wait.comes if wait else None,
                "waits_since": row[since],
            }
        )
    return answer({"items": items, "next": page.after})


@router.post("/back-orders/serve", response=ServeDone, summary="Serve back orders now")
def serve(request: Request, body: Serve = EVERYBODY) -> HttpResponse:
    """Reserve what is free for lines that wait for the like, in the order in which everybody is served."""
    return write(request, partial(serve_now, actor=request.auth, lines=body.lines), _served)


def _served(done: Written) -> dict[str, Any]:
    moves = Move.objects.filter(entry=done.id, target__kind="bin", target__claim__gt=0)
    rows = moves.values_list("target__claim", "target__product__quantity_decimals")
    return {
        "served": [
            {"line": line, "quantity": plain(units, decimals)}
            for line, decimals, units in rows.annotate(units=Sum("quantity")).order_by("target__claim")
        ]
    }


def _shown(row: dict[str, Any], far: dict[int, yeses.Yeses]) -> dict[str, Any]:
    approval = far.get(row["claim_id"]) if row["kind"] == "to_approve" else None
    kind, sheet = row["claim__line__sheet__kind"], row["claim__line__sheet_id"]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "product": row["product_id"],
        "sku": row["product__sku"],
        "quantity": plain(int(str(row["quantity"])), int(str(row["product__quantity_decimals"]))),
        "line": row["claim_id"] or None,
        "subject": f"{SUBJECTS[str(kind)]}:{sheet}" if kind else None,
        "number": row["claim__line__sheet__number"],
        "organization": row["claim__line__organization__name"],
        "serial": row["lot__code"] or None,
        "rfq": row.get("rfq") if row["kind"] == "to_order" else None,
        "approval": {"given": len(approval.by), "needed": approval.needed} if approval else None,
    }
