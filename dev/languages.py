"""Keeps the German of every module: `update` collects what the code says, `compile` makes the .mo files.

python dev/languages.py update [MODULE …]   add new strings to each module's django.po
python dev/languages.py compile             write every .mo from its .po
python dev/languages.py check               say which .mo is stale and which strings have no German
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "wharfinger"
LANGUAGE = "de"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    "templates/**": {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def po_files() -> list[Path]:
    """Every module's message file, in every language."""
    return sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po"))


def modules() -> list[str]:
    """The names of the modules, sorted."""
    return sorted(folder.parent.name for folder in PACKAGE.glob("*/apps.py"))


def said(module: str) -> Catalog:
    """The strings that a module's code and templates say."""
    catalog = Catalog(locale=LANGUAGE, charset="utf-8")
    folder = PACKAGE / module
    found = extract_from_dir(str(folder), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",))
    for file, line, words, comments, context in sorted(found, key=lambda hit: (hit[0], hit[1])):
        if words and words != "":
            place = [(f"{module}/{Path(file).as_posix()}", line)]
            catalog.add(words, None, place, auto_comments=comments, context=context)
    return catalog


def read(file: Path) -> Catalog:
    """A message file as a catalog."""
    with file.open("rb") as source:
        return read_po(source, locale=file.parents[1].name, abort_invalid=True)


def compiled(file: Path) -> bytes:
    """What the .mo beside this .po must hold."""
    catalog = read(file)
    # A date would make the same words two different files.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def stale() -> list[str]:
    """The message files whose .mo is missing or made from other words."""
    return [str(f.relative_to(ROOT)) for f in po_files() if not _current(f.with_suffix(".mo"), compiled(f))]


def _current(file: Path, wanted: bytes) -> bool:
    # Words are compared, not bytes: the header names the version of the tool that wrote it.
    return file.exists() and _words(file.read_bytes()) == _words(wanted)


def _words(compiled: bytes) -> tuple[str, dict[Any, Any]]:
    catalog = read_mo(io.BytesIO(compiled))
    return catalog.plural_forms, {_key(message): message.string for message in catalog if message.id}


def untranslated() -> list[str]:
    """What the code says and no module's German says; Django reads all modules' words as one catalog."""
    known: set[tuple[str | None, str]] = set()
    for file in po_files():
        if file.parents[1].name == LANGUAGE:
            known |= {_key(message) for message in read(file) if message.id and _has_words(message)}
    return [
        f"{place[0]}:{place[1]}: {_key(message)[1]!r}"
        for module in modules()
        for message in said(module)
        if message.id and _key(message) not in known
        for place in message.locations[:1]
    ]


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _has_words(message: Message) -> bool:
    given = [message.string] if isinstance(message.string, str) else list(message.string)
    return all(given) and not message.fuzzy


def update(names: list[str]) -> Iterator[str]:
    """Bring each module's German file to what its code says now; yields the files that were written."""
    for module in names or modules():
        fresh = said(module)
        if not len(fresh):
            continue
        file = PACKAGE / module / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        kept = read(file) if file.exists() else Catalog(locale=LANGUAGE)
        for message in fresh:
            if message.id and not kept.get(message.id, message.context):
                kept.add(message.id, None, context=message.context)
        for message in kept:
            same = fresh.get(message.id, message.context) if message.id else None
            message.locations = [(place, None) for place, _line in same.locations] if same else []
        _write(file, kept)
        yield str(file.relative_to(ROOT))


def _write(file: Path, catalog: Catalog) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    body = io.BytesIO()
    write_po(body, catalog, width=100, sort_output=True, include_lineno=False, omit_header=True)
    header = [
        'msgid ""',
        'msgstr ""',
        r'"Content-Type: text/plain; charset=utf-8\n"',
        r'"Content-Transfer-Encoding: 8bit\n"',
        rf'"Language: {LANGUAGE}\n"',
        rf'"Plural-Forms: {catalog.plural_forms}\n"',
    ]
    file.write_bytes("\n".join([*header, "", ""]).encode() + body.getvalue())


def compile_all() -> Iterator[str]:
    """Write every .mo that is stale."""
    for file in po_files():
        wanted, target = compiled(file), file.with_suffix(".mo")
        if not _current(target, wanted):
            target.write_bytes(wanted)
            yield str(target.relative_to(ROOT))


def main(words: list[str]) -> int:
    """Do what the first word says."""
    if words[:1] == ["update"]:
        print(*update(words[1:]), sep="\n")
        return 0
    if words == ["compile"]:
        print(*compile_all(), sep="\n")
        return 0
    if words == ["check"]:
        lacking = [f"{file} is stale: python dev/languages.py compile" for file in stale()]
        lacking += [f"{hit} has no German" for hit in untranslated()]
        print(*lacking, sep="\n")
        return 1 if lacking else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
