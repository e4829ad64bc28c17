"""The page for those who move in says which files of other systems are known.

``WHARFINGER_WRITE_DOCS=1 pytest tests/docs`` writes its table anew.
"""

from __future__ import annotations

import os

from tests.tidy.source import ROOT
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.exchange.rules.systems import SYSTEMS, System

PAGE = ROOT / "docs" / "moving.md"
BEGIN, END = "<!-- systems -->\n", "<!-- end -->\n"


def source(system: System) -> str:
    if system.source.startswith("https://"):
        return f"[its help]({system.source})"
    return f"`{system.source}`" if system.source else ""


def table() -> str:
    rows = [
        f"| {one.name} | {one.file} | `{one.kind}` | "
        + ", ".join(f"`{column}`" for column in KINDS[one.kind].names() if column in one.columns)
        + f" | {source(one)} |"
        for one in SYSTEMS
    ]
    head = ["| system | file | comes in as | what is taken over | told by |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def test_the_page_names_every_file_that_is_known() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = f"{before}{BEGIN}{table()}{END}{after}"
    if os.environ.get("WHARFINGER_WRITE_DOCS"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted
