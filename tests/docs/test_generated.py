"""What is drawn from the code says what the code says.

``WHARFINGER_WRITE_DOCS=1 pytest tests/docs`` writes the pages anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from wharfinger.ledger.chart import drawn

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "docs" / "chart.md"
HEAD = """# The chart
Which verb may move what from which kind of place to which. Drawn from `src/wharfinger/ledger/chart.py`; the
ledger refuses every other move.

"""


def test_the_chart_in_the_docs_is_the_chart() -> None:
    wanted = f"{HEAD}{drawn()}\n"
    if os.environ.get("WHARFINGER_WRITE_DOCS"):
        CHART.write_text(wanted)
    assert CHART.read_text() == wanted
