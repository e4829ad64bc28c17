"""One English sentence has one German one, whichever module says it: what is loaded last would win everywhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "wharfinger"
TERMS = re.compile(r"^\| (?!English)([^|-][^|]*?) \| ([^|]+?) \| ?([^|]*?) ?\|$", re.MULTILINE)


def messages() -> Iterator[tuple[str, str, str, str]]:
    """Every translated message: its module, its context, the English and the German; each plural by itself."""
    for file in sorted(SOURCE.glob("*/locale/de/LC_MESSAGES/django.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale="de"):
                one = isinstance(message.id, str)
                ids = [message.id] if one else list(message.id)
                strings = [message.string] if one else list(message.string or ())
                pairs = zip(ids, strings, strict=False)
                for n, (english, german) in enumerate(pairs):
                    if english and german and not message.fuzzy:
                        yield (
                            file.parts[-5],
                            f"plural {n}" if not one else str(message.context or ""),
                            str(english),
                            str(german),
                        )


def terms() -> list[tuple[str, str, list[str]]]:
    """What docs/development/german.md has chosen: English, German, and the words that are not ours."""
    told = (ROOT / "docs" / "development" / "german.md").read_text(encoding="utf-8")
    return [(ours, german, [w for w in no.split(", ") if w]) for ours, german, no in TERMS.findall(told)]


def test_no_word_has_two_translations() -> None:
    """Where a word means two things, the code says which: another English word, or a context."""
    found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for module, context, english, german in messages():
        found[context, english][german].append(module)
    twice = {key[1]: dict(each) for key, each in found.items() if len(each) > 1}
    assert not twice, "\n".join(f"{english}: {german}" for english, german in twice.items())


def test_the_chosen_terms_are_the_ones_that_are_said() -> None:
    """A term of the table stands as it is chosen wherever it stands alone, on pages and on documents."""
    chosen = {english: german for english, german, _ in terms()}
    assert len(chosen) > 50
    said = [one for one in messages() if one[1] in ("", "document") and one[2] in chosen]
    assert len({english for _, _, english, _ in said}) > 45
    wrong = [
        f"{module}: {english} is {german}, chosen is {chosen[english]}"
        for module, _, english, german in said
        if german.casefold() != chosen[english].casefold()
    ]
    assert not wrong, "\n".join(wrong)


def test_the_words_that_are_not_chosen_stand_nowhere() -> None:
    """Neither alone nor within a sentence, also not declined."""
    wrong = [
        f"{module}: {german}: {word}"
        for _, _, others in terms()
        for word in others
        for module, _, _, german in messages()
        if re.search(rf"\b{re.escape(word)}(e|en|er|es|s|n)?\b", german)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_glossary_speaks_our_german() -> None:
    """Every row of the glossary has its German, a noun that of the table where the table has it."""
    told = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| (?!ours)([^|]+) \| ([^|]+) \|(?: [^|]+ \|){5}$", re.MULTILINE)
    nouns, verbs = (row.findall(part) for part in told.split("## Verbs"))
    assert len(nouns) > 40
    assert len(verbs) > 30
    chosen = {english.casefold(): german for english, german, _ in terms()}
    wrong = [f"{ours}: {german}" for ours, german in [*nouns, *verbs] if german == "–"]
    wrong += [f"{ours}: {german}" for ours, german in nouns if chosen.get(ours.casefold(), german) != german]
    assert not wrong, "\n".join(wrong)
