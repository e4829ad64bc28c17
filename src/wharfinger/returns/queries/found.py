"""What inspections found, in which grade, and who did each step of a return when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from wharfinger.base import further
from wharfinger.base.quantity import plain
from wharfinger.ledger.models import Fact
from wharfinger.returns.models import Finding, Grade

STEPS = {
    "request_return": "requested",
    "receive_return": "received",
    "inspect": "inspected",
    "restock": "inspected",
    "scrap": "inspected",
    "settle": "settled",
}
"""Which fact of a return an act of each verb is."""


class Step(NamedTuple):
    """When a step of a return was done last, and by whom."""

    at: datetime
    by: int | None
    name: str


def steps(rmas: Iterable[int]) -> dict[int, dict[str, Step]]:
    """By return and fact, its last act that was not undone, in one statement."""
    subjects = {f"rma:{pk}": pk for pk in rmas}
    rows = Fact.objects.filter(
        subject__in=subjects,
        entry__verb__in=STEPS,
        entry__reverses__isnull=True,
        entry__reversed_by__isnull=True,
    )
    found: dict[int, dict[str, Step]] = {pk: {} for pk in subjects.values()}
    names = ("entry__recorded_at", "entry__actor_id", "entry__actor__name", "entry__actor__username")
    for subject, verb, at, by, name, username in rows.order_by("entry_id").values_list(
        "subject", "entry__verb", *names
    ):
        found[subjects[subject]][STEPS[verb]] = Step(at, by, name or username or "")
    return found


def grades() -> QuerySet[Grade]:
    """The grades that can be given."""
    return Grade.objects.filter(retired_on__isnull=True).order_by("code")


def words_of(grade: Grade) -> str:
    """A grade in the reader's language: its code, and what it is called."""
    language = (get_language() or "en").partition("-")[0]
    name = grade.names.get(language) or next(iter(grade.names.values()), "")
    return f"{grade.code} · {name}" if name else grade.code


def options() -> list[tuple[int, str]]:
    """The grades that can be given, as options of a form."""
    return [(one.pk, words_of(one)) for one in grades()]


def retired(rows: QuerySet[Grade], values: Iterable[str]) -> QuerySet[Grade]:
    """Those on the list, or those that were taken off it."""
    wanted = {value == "true" for value in values}
    return rows.filter(*[Q(retired_on__isnull=not one) for one in wanted] if len(wanted) == 1 else [])


def findings() -> QuerySet[Finding]:
    """What was found, the last first."""
    rows = Finding.objects.filter(void__isnull=True)
    return rows.select_related("grade", "lot", "made__actor", "rma_line__product", "rma_line__rma").order_by(
        "-pk"
    )


def by_rma(rmas: Iterable[int]) -> dict[int, list[Finding]]:
    """What was found of the goods of each return."""
    found: dict[int, list[Finding]] = {}
    for one in findings().filter(rma_line__rma__in=list(rmas)):
        found.setdefault(one.rma_line.rma_id, []).append(one)
    return found


def of_lot(lot: int) -> list[Finding]:
    """What was found of a unit, whenever it came back."""
    return list(findings().filter(lot=lot))


def pictures_of(found: Iterable[Finding]) -> dict[int, list[dict[str, Any]]]:
    """By act, the photos that inspections came with."""
    entries = sorted({one.made_id for one in found})
    return dict(further.figure("inspection.pictures", entries))


def shown(found: Sequence[Finding], pictures: dict[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What was found, as callers read it."""
    return [
        {
            "id": one.pk,
            "rma_line": one.rma_line_id,
            "serial": one.lot.code if one.lot is not None else "",
            "quantity": plain(one.quantity, one.rma_line.product.quantity_decimals),
            "grade": one.grade_id,
            "grade_code": one.grade.code if one.grade is not None else "",
            "outcome": one.outcome,
            "text": one.text,
            "found_at": one.made.recorded_at,
            "found_by": one.made.actor_id,
            "entry": one.made_id,
            "attachments": [row["id"] for row in pictures.get(one.made_id, ())],
        }
        for one in found
    ]
