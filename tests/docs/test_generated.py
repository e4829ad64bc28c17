"""What is drawn from the code says what the code says.

``WHARFINGER_WRITE_DOCS=1 pytest tests/docs`` writes the pages anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from wharfinger.ledger.again import WHY, reasons
from wharfinger.ledger.chart import BILLS, CHART, GOODS, KINDS, REGION, ROWS, WISHES, drawn

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "chart.md"
HEAD = """# The chart
Which verb may move what from which kind of place to which. Drawn from `src/wharfinger/ledger/chart.py`; the
ledger refuses every other move.

"""

TAIL = """
## What is not undone as it is
The table names the step that corrects it, or *again* where many steps are done again. Why, by verb: it

"""

ARCHITECTURE = ROOT / "ARCHITECTURE.md"
BACK = {
    *(
        "amend",
        "cancel",
        "cancel_purchase",
        "amend_purchase",
        "close_purchase",
        "unconfirm",
        "reopen",
        "settle",
    ),
    *("merge", "merge_organizations"),
}
"""Verbs that lead back and are no correction of a single other one."""


def ways() -> str:
    """From each kind of place, where goods, wishes and bills may go on to."""
    forwards = [row for row in CHART if row.undo == "reverse" and row.verb not in BACK]
    lines = []
    for region in (WISHES, GOODS, BILLS):
        lines.append(region.upper())
        for kind in (name for name in KINDS if REGION[name] == region):
            leads = {target for row in forwards if kind in row.source for target in row.target} - {kind}
            if leads:
                lines.append(f"  {kind:<10} → {', '.join(name for name in KINDS if name in leads)}")
    return "\n".join(lines)


def test_the_ways_in_the_architecture_are_those_of_the_chart() -> None:
    text = ARCHITECTURE.read_text()
    head, _, rest = text.partition("which lead back):\n\n```\n")
    _, fence, tail = rest.partition("```\n")
    assert fence
    wanted = f"{head}which lead back):\n\n```\n{ways()}\n```\n{tail}"
    if os.environ.get("WHARFINGER_WRITE_DOCS"):
        ARCHITECTURE.write_text(wanted)
    assert ARCHITECTURE.read_text() == wanted, "run WHARFINGER_WRITE_DOCS=1 pytest tests/docs"


def test_the_chart_says_why_a_step_is_not_undone_as_it_is() -> None:
    assert set(WHY) == {verb for verb, rows in ROWS.items() if any(row.undo != "reverse" for row in rows)}


def test_the_chart_in_the_docs_is_the_chart() -> None:
    wanted = f"{HEAD}{drawn()}\n{TAIL}{reasons()}\n"
    if os.environ.get("WHARFINGER_WRITE_DOCS"):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted
