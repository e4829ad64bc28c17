"""Goods that came in are put away: a bin is proposed for each, and a scanner says what goes into which."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.stock.actions.goods import put_away as act
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.queries import putting_away as queries
from wharfinger.stock.queries.putting_away import Row, Waiting
from wharfinger.stock.rules.moving import Transfer
from wharfinger.stock.rules.putting_away import WHY

FIELDS = ("scanned", "bin")


class Group(NamedTuple):
    """Things of one kind for which the same bin is proposed."""

    product: Product
    bin: Bin | None
    why: str
    units: int
    codes: list[str]
    reserved: int
    owned: bool
    key: str


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.put_away")
def put_away(request: HttpRequest) -> HttpResponse:
    """What waits at a location and where it belongs; scan goods, then the bin."""
    locations = list(Location.objects.filter(retired_on__isnull=True).order_by("-default", "name"))
    asked = request.POST.get("location") or request.GET.get("location", "")
    here = next((one for one in locations if str(one.pk) == asked), locations[0])
    found = queries.waiting(here)
    actor: Any = request.user

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        return render(
            request,
            "stock/put_away.html",
            {
                "form": form,
                "apart": refusal if refusal is not None and refusal.field not in FIELDS else None,
                "locations": [(str(one.pk), one.name) for one in locations],
                "location": here,
                "waiting": found,
                "groups": _groups(found.rows),
                "bins": [(str(one.pk), one.name) for one in found.bins.values()],
                "known_bins": json.dumps({same(one.name): one.pk for one in found.bins.values()}),
                "known_codes": json.dumps(queries.known_codes(found)),
            },
        )

    if request.method != "POST":
        return show(Form({"bin": request.GET.get("bin", "")}))
    return page_act(
        request,
        lambda: act(actor=actor, items=_items(request.POST, found)),
        ok=_("Put away."),
        back=f"{reverse('stock:put_away')}?location={here.pk}",
        again=show,
    )


def _items(post: QueryDict, found: Waiting) -> list[Transfer]:
    bin = next((one for one in found.bins.values() if str(one.pk) == post.get("bin", "")), None)
    if bin is None:
        raise BadInput("no_such_bin", N_("Choose the bin that it goes into."), field="bin")
    if group := post.get("group", ""):
        wanted: dict[tuple[int, int], int] = defaultdict(int)
        for row in found.rows:
            if _key(row) == group:
                wanted[row.put.goods.product, row.put.goods.lot] += row.put.quantity
        return queries.moved(found, wanted, bin.place_id)
    # The newest scan stands first in the list.
    codes = [*reversed(post.getlist("scanned")), post.get("scanned-scan", "")]
    if not any(code.strip() for code in codes):
        raise BadInput("nothing_scanned", N_("Scan what you put away first, then its bin."), field="scanned")
    return queries.taken(found, codes, bin.place_id)


def _key(row: Row) -> str:
    goods = row.put.goods
    lot = 0 if goods.serial else goods.lot
    return f"{goods.product}-{lot}-{goods.owner or 0}-{row.bin.pk if row.bin else 0}"


def _groups(rows: Iterable[Row]) -> list[Group]:
    """What waits, in the order in which its bins are walked."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[_key(row)].append(row)
    groups = [
        Group(
            of[0].product,
            of[0].bin,
            _(WHY[of[0].put.why]),
            sum(row.put.quantity for row in of),
            list(dict.fromkeys(row.code for row in of if row.code)),
            sum(row.put.quantity for row in of if row.put.goods.claim),
            of[0].put.goods.owner is None,
            key,
        )
        for key, of in found.items()
    ]
    return sorted(groups, key=lambda one: (one.bin is None, one.bin.place.sequence if one.bin else 0))
