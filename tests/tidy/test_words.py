"""One English sentence has one German one, whichever module says it: what is loaded last would win everywhere."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wharfinger"


def test_no_word_has_two_translations() -> None:
    """Where a word means two things, the code says which: another English word, or a context."""
    found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in sorted(SOURCE.glob("*/locale/de/LC_MESSAGES/django.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale="de"):
                if message.id and message.string and not message.fuzzy:
                    found[str(message.context or ""), str(message.id)][str(message.string)].append(
                        file.parts[-5]
                    )
    twice = {key[1]: dict(each) for key, each in found.items() if len(each) > 1}
    assert not twice, "\n".join(f"{english}: {german}" for english, german in twice.items())
