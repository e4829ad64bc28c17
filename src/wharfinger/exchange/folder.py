"""What a folder is read by: files named like their kinds, or as a mapping file says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange.models import Mapping
from wharfinger.exchange.rules.kinds import KINDS

SUFFIXES = (".csv", ".xlsx", ".xls", ".ods", ".txt")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the folder, and how it is read; without columns they are guessed from its headings."""

    path: Path
    kind: str
    columns: dict[str, str] = field(default_factory=dict)
    decimal: str = "."


def files(folder: Path, mapping: str = "") -> list[File]:
    """The files to bring in, in the order in which they build on each other.

    mapping: a JSON file (``{"files": [{"file", "kind", "columns", "decimal"}]}``), or the name of a saved
    mapping for the file of its kind. Raises BadInput when there is nothing to bring in.
    """
    if mapping.endswith(".json"):
        return list(_as_said(folder, Path(mapping)))
    saved = Mapping.objects.filter(name=mapping).first() if mapping else None
    if mapping and saved is None:
        raise BadInput("no_such_mapping_named", N_("There is no mapping “{name}”."), name=mapping)
    found = []
    for kind in KINDS:
        for path in sorted(folder.glob(f"{kind}.*")):
            if path.suffix.casefold() in SUFFIXES:
                own = saved if saved and saved.kind == kind else None
                found.append(File(path, kind, own.columns if own else {}, own.decimal if own else "."))
    if not found:
        raise BadInput(
            "nothing_to_import",
            N_("{folder} has none of: {names}. Name the files so, or give a mapping."),
            folder=str(folder),
            names=", ".join(f"{kind}.csv" for kind in KINDS),
        )
    return found


def _as_said(folder: Path, mapping: Path) -> Iterator[File]:
    try:
        said: dict[str, Any] = json.loads(mapping.read_text(encoding="utf-8"))
        for one in said["files"]:
            yield File(folder / one["file"], one["kind"], dict(one["columns"]), one.get("decimal", "."))
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        why = trouble.strerror if isinstance(trouble, OSError) else f"{type(trouble).__name__} {trouble}"
        raise BadInput(
            "bad_mapping_file", N_("{file} is no mapping: {why}."), file=str(mapping), why=why
        ) from trouble
