"""The worklists over HTTP: what waits on each page of work, and how much."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import clock, configuration
from wharfinger.base.asking import Ask
from wharfinger.base.door import Id, Page, Request, Shown, answer, whole
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, NotThere
from wharfinger.boards.counting import counts
from wharfinger.boards.showing import fields_of
from wharfinger.boards.worklists import BY_NAME, WORKLISTS, workable
from wharfinger.demand.models import SUBJECTS
from wharfinger.purchasing.queries import yeses

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
    approval: ApprovalOut | None = Field(
        description="How far its approval is, where it waits for that and approval tiers are in force."
    )


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
    page = ask.slice(workable(one, one.kinds), {}, among=("kind", one.kinds), fields=fields_of(()))
    asks = {int(row["claim_id"]) for row in page.items if row["kind"] == "to_approve"}
    far = yeses.of_lines(asks, clock.today())
    return answer({"items": [_shown(row, far) for row in page.items], "next": page.after})


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
        "approval": {"given": len(approval.by), "needed": approval.needed} if approval else None,
    }
