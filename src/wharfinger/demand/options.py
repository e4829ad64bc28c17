"""What is optional on a quote, on pages: chosen in rows and on a line's page, shown, taken and left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.door import there
from wharfinger.base.page import came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import actions
from wharfinger.demand.models import Line
from wharfinger.demand.queries.amounts import said_of
from wharfinger.demand.queries.reading import lines
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.offering import ALTERNATIVE, OPTIONAL, OPTIONS
from wharfinger.demand.rules.recurring import PERIODS


def in_a_row() -> list[tuple[str, str]]:
    """What a row of a quote may be; an alternative is one to the row above it."""
    return [("", _("Firm")), (OPTIONAL, _("Optional")), (ALTERNATIVE, _("Alternative to the row above"))]


def recurs() -> list[tuple[str, str]]:
    """In which period a row of a quote may recur."""
    return [("", _("Once")), *((every, _(words)) for every, words in PERIODS.items())]


def with_option(wish: LineWish, option: str, before: Sequence[LineWish], field: str) -> LineWish:
    """A typed line as what it is on its quote; before: those that are typed above it."""
    if option not in OPTIONS:
        raise BadInput("no_such_choice", N_("Choose one from the list."), field=field)
    if option != ALTERNATIVE:
        return replace(wish, option=option)
    above = [n for n, one in enumerate(before) if one.option != ALTERNATIVE]
    if not above:
        raise BadInput(
            "no_such_line", N_("There is no line above to which it is an alternative."), field=field
        )
    return replace(wish, option=option, instead=above[-1])


def typed_change(given: Mapping[str, Any], line: Line) -> dict[str, Any]:
    """What a line's page says that it is on its quote: a word, or the line to which it is an alternative."""
    text = str(given.get("option", line.instead_of_id or line.option)).strip()
    if text in ("", OPTIONAL):
        return {"option": text}
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput("no_such_choice", N_("Choose one from the list."), field="option")
    return {"option": ALTERNATIVE, "instead_of": int(text)}


def choices(line: Line) -> list[tuple[Any, str]]:
    """What a line of a quote may be; nothing for a line of another document, or a kit's component."""
    if line.sheet.kind != "quote" or line.parent_id is not None:
        return []
    others = lines().filter(sheet_id=line.sheet_id, parent__isnull=True).exclude(pk=line.pk)
    others = others.exclude(option=ALTERNATIVE).select_related("product").order_by("position", "pk")
    to = [(one.pk, _("Alternative to %(sku)s") % {"sku": one.product.sku}) for one in others]
    return [("", _("Firm")), (OPTIONAL, _("Optional")), *to]


def add_options(rows: Sequence[dict[str, Any]], found: Sequence[Line]) -> list[dict[str, Any]]:
    """Say in the row of a line that it does not count; what may be taken or left out, none where all is firm."""
    skus = {line.pk: line.product.sku for line in found}
    replaced = {line.instead_of_id for line in found if line.instead_of_id is not None}
    shown = []
    for row, line in zip(rows, found, strict=True):
        if not line.taken:
            row["word"] = ("grey", _("Not taken"))
        if line.parent_id is None and (line.option or line.pk in replaced):
            shown.append(
                {
                    "id": line.pk,
                    "sku": line.product.sku,
                    "name": line.description,
                    "said": said_of(line),
                    "taken": line.taken,
                    "may_go": bool(line.option),
                    "instead": skus.get(line.instead_of_id or 0),
                }
            )
    return shown


@require_POST
@page()
def take(request: HttpRequest, line: int) -> HttpResponse:
    """Let a line of a quote count, or not."""
    found = there(lines().select_related("product"), line)
    taken = request.POST.get("taken") == "yes"
    words = _("%(sku)s is taken.") if taken else _("%(sku)s is not taken.")
    return page_act(
        request,
        lambda: actions.change_line(actor=request.user, line=line, change=LineChange(taken=taken)),  # type: ignore[arg-type]
        ok=words % {"sku": found.product.sku},
        back=came_from(request, "/"),
    )
