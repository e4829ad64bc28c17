"""The page on which a quote is arranged: its groups, the lines in each, and what is taken off a group or the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import worded
from wharfinger.base.access import require
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import percent, written
from wharfinger.demand import actions
from wharfinger.demand.models import Line, LineGroup, Sheet
from wharfinger.demand.pages import document_address, typed_id
from wharfinger.demand.queries.grouping import groups_of, own_group, sums_of
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.rules.grouping import GroupWish

EMPTY = 3
"""So many rows for further groups the page offers."""


def heads(
    found: Sequence[Line],
    groups: Sequence[LineGroup],
    currency: str,
    of: Callable[[Line], int | None] = own_group,
) -> dict[int, tuple[str, str]]:
    """By the place of its first line the title of each group, and what it comes to."""
    sums, said, last = sums_of(found, by=of), {}, None
    title = {group.pk: _titled(group) for group in groups}
    for n, line in enumerate(found):
        group = of(line)
        if group != last and group in title:
            said[n] = (title[group], worded.money(sums.get(group, 0), currency))
        last = group
    return said


def _titled(group: LineGroup) -> str:
    less = f" · −{written(group.discount_micro, 4)} %" if group.discount_micro else ""
    return f"{group.title}{less}"


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def arrange(request: HttpRequest, sheet: int) -> HttpResponse:
    """Put the lines of a quote in groups, and take something off a group or off the whole."""
    found = there(Sheet.objects.filter(void__isnull=True, kind="quote"), sheet)
    require(request.user, "sales.quote")  # type: ignore[arg-type]
    lines = list(lines_of(sheet, "sheet").filter(parent__isnull=True).select_related("product"))
    groups = list(groups_of(sheet))
    back = document_address(found)

    def show(form: Form) -> HttpResponse:
        rows = range(len(groups) + EMPTY)
        new = [form.value(f"title-{n}") or _("New group %(n)s") % {"n": n + 1} for n in rows]
        context = {
            "sheet": found,
            "form": form,
            "rows": rows,
            "lines": lines,
            "choices": list(enumerate(new)),
            "back": back,
        }
        return render(request, "demand/arrange.html", context)

    if request.method != "POST":
        return show(Form(_as_typed(found, groups, lines)))
    return page_act(
        request,
        lambda: _arrange(request, sheet, groups, lines),
        ok=_("Arranged %(number)s.") % {"number": found.number},
        back=back,
        again=lambda form: show(_beside(form, request.POST, groups)),
    )


def _as_typed(sheet: Sheet, groups: list[LineGroup], lines: list[Line]) -> dict[str, Any]:
    values: dict[str, Any] = {"discount": written(sheet.discount_micro, 4) if sheet.discount_micro else ""}
    place = {}
    for n, group in enumerate(groups):
        place[group.pk] = n
        values |= {
            f"turn-{n}": n + 1,
            f"title-{n}": group.title,
            f"less-{n}": written(group.discount_micro, 4) if group.discount_micro else "",
        }
    return values | {f"in-{line.pk}": place.get(line.group_id or 0, "") for line in lines}


def _arrange(request: HttpRequest, sheet: int, groups: list[LineGroup], lines: list[Line]) -> Any:
    given = request.POST
    rows = _rows(given, groups)
    inside: dict[int, list[int]] = {n: [] for n in rows}
    for line in lines:
        n = typed_id(given, f"in-{line.pk}")
        if n is not None and n not in inside:
            raise BadInput("no_title", N_("Give this group a title."), field=f"title-{n}")
        if n is not None:
            inside[n].append(line.pk)
    return actions.arrange(
        actor=request.user,  # type: ignore[arg-type]
        sheet=sheet,
        groups=[
            GroupWish(
                given[f"title-{n}"].strip(),
                percent(_bare(given, f"less-{n}"), field=f"less-{n}"),
                group=groups[n].pk if n < len(groups) else None,
                lines=tuple(inside[n]),
            )
            for n in rows
        ],
        discount_micro=percent(_bare(given, "discount"), field="discount"),
    )


def _rows(given: Mapping[str, Any], groups: list[LineGroup]) -> list[int]:
    """The rows in which a group is named, in the order that is typed beside them."""
    named = [n for n in range(len(groups) + EMPTY) if str(given.get(f"title-{n}", "")).strip()]
    last = len(groups) + EMPTY
    return sorted(named, key=lambda n: (typed_id(given, f"turn-{n}") or last, n))


def _bare(given: Mapping[str, Any], name: str) -> str:
    return str(given.get(name, "")).strip().rstrip("% ")


def _beside(form: Form, given: Mapping[str, Any], groups: list[LineGroup]) -> Form:
    """Show what is wrong with the n-th group beside the row in which it was typed."""
    parts = (form.refusal.field or "").split(".") if form.refusal else []
    if form.refusal and parts[:1] == ["groups"] and parts[2:] == ["title"]:
        form.refusal.field = f"title-{_rows(given, groups)[int(parts[1])]}"
    return form
