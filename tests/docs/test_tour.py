"""The tour names functions that are where it says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"((?:`\w+`(?:, )?)+)[^`|]{0,12} in `(src/[\w/.]+)`")


def test_what_the_tour_names_is_there() -> None:
    found = NAMED.findall((ROOT / "docs" / "tour.md").read_text())
    assert len(found) >= 13
    lacking = [
        f"{name} in {file}"
        for names, file in found
        for name in re.findall(r"`(\w+)`", names)
        if not re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert lacking == []
