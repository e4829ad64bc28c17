"""The steps of an order on its page: how far each is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wharfinger.base.refusal import N_
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.shown import lines_of
from wharfinger.sales.models import Order
from wharfinger.sales.rules.lights import Counted, lights

WORDS: dict[str, tuple[str, str, str]] = {
    "none": ("", "circle-dashed", N_("nothing to do")),
    "open": ("red", "circle", N_("not begun")),
    "part": ("amber", "circle-dot", N_("in part")),
    "done": ("green", "circle-check", N_("done")),
}
"""By state its tone, its icon (so that nobody needs the colour), and its word."""


class Light(NamedTuple):
    """One step: its name, and how far it is as tone, icon and word."""

    name: str
    tone: str
    icon: str
    word: str
    step: str
    state: str


def lights_of(found: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> list[Light]:
    """The steps of an order; no further statement. rows: its lines as cells, with their figures."""
    names = {
        "order": _("Order"),
        "pick": _("Pick"),
        "pack": _("Pack"),
        "ship": _("Ship"),
        "invoice": pgettext("verb", "Invoice"),
        "return": _("Return"),
        "restock": _("Restock"),
    }
    counted = [
        Counted(row["figures"], line.product.kind not in ("kit", "service"))
        for line, row in zip(found, rows, strict=True)
    ]
    return [
        Light(names[step], *WORDS[state][:2], _(WORDS[state][2]), step, state)
        for step, state in lights(counted).items()
    ]


def goes_on(order: Any) -> bool:
    """Whether anything may be done with an order: it is confirmed, neither held nor cancelled."""
    return order.confirmed_at is not None and order.cancelled_at is None and order.held_at is None


def steps_of(sheet: Sheet) -> dict[str, Any]:
    """The lights for a page of one of an order's steps; none where the document is no order."""
    order = Order.objects.filter(sheet=sheet).first()
    if order is None:
        return {}
    found = list(lines_of(sheet.pk, "order").select_related("product"))
    figures = quantities([line.pk for line in found])
    lit = lights_of(found, [{"figures": figures[line.pk]} for line in found])
    return {"doc": sheet, "lights": lit, "goes_on": goes_on(order)}
