"""The page of verbs is drawn from the actions: every verb, what it promises, who may, and where it is.

``WHARFINGER_WRITE_DOCS=1 pytest tests/docs`` writes it anew.
"""

from __future__ import annotations

import ast
import os
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from tests.tidy.source import PACKAGE, ROOT, Source, dotted, product
from wharfinger.ledger.chart import ROWS
from wharfinger.site.undoing import BY_VERB, SHARED

REVERSE = PACKAGE / "ledger" / "reverse.py"
"""The one verb of the kernel itself."""
PAGE = ROOT / "docs" / "verbs.md"
HEAD = """# The verbs
Every function that writes, module by module from the bottom up: what it promises, the permission it asks for, and
the word that stands in the journal. Drawn from the `actions` of each module; pages, API, command line and worker call
these and nothing else.
"""
VERBS = {*ROWS, *BY_VERB, *SHARED}


class Action(NamedTuple):
    """A function that writes."""

    module: str
    file: str
    name: str
    promise: str
    permissions: list[str]
    verbs: list[str]


def layers() -> list[str]:
    """The modules from the bottom up, as the import contracts have them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rows = [row.split(" | ") for row in contracts[0]["layers"]]
    return [name.strip() for row in reversed(rows) for name in row]


def actions() -> Iterator[Action]:
    """All of them, in the order of the modules and of their files."""
    order = layers()
    rooms = [source for source in product() if source.room == "actions" or source.path == REVERSE]
    for source in sorted(rooms, key=lambda s: (order.index(s.path.relative_to(PACKAGE).parts[0]), s.name)):
        here = {node.name: node for node in source.tree.body if isinstance(node, ast.FunctionDef)}
        for node in here.values():
            asked = {argument.arg for argument in node.args.kwonlyargs}
            if not node.name.startswith("_") and asked & {"actor", "user"}:
                yield action(source, node, here)


def action(source: Source, node: ast.FunctionDef, here: dict[str, ast.FunctionDef]) -> Action:
    """What one of them says about itself, and through the functions of its own file that it calls."""
    reached = {node.name: node}
    waiting = [node]
    while waiting:
        for call in (n for n in ast.walk(waiting.pop()) if isinstance(n, ast.Name)):
            known = here.get(call.id)
            if known is not None and known.name.startswith("_") and known.name not in reached:
                reached[known.name] = known
                waiting.append(known)
    verbs, permissions = [], []
    for part in reached.values():
        for call in (inner for inner in ast.walk(part) if isinstance(inner, ast.Call)):
            inner = [part for argument in call.args for part in ast.walk(argument)]
            said = [a.value for a in inner if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if dotted(call.func).split(".")[-1] in {"require", "may"}:
                permissions += said
            elif dotted(call.func) == "post" or dotted(call.func) in here:
                verbs += [text for text in said if text in VERBS]
    file = source.path.relative_to(PACKAGE)
    promise = (ast.get_docstring(node) or "").splitlines()[0]
    return Action(file.parts[0], str(file), node.name, promise, sorted(set(permissions)), sorted(set(verbs)))


def drawn() -> str:
    """The whole page."""
    parts = [HEAD]
    module = ""
    for one in actions():
        if one.module != module:
            module = one.module
            parts.append(
                f"\n## {module}\n| function | promise | permission | in the journal |\n|---|---|---|---|\n"
            )
        words = [", ".join(f"`{text}`" for text in texts) or "–" for texts in (one.permissions, one.verbs)]
        parts.append(
            f"| `{one.name}` in `src/wharfinger/{one.file}` | {one.promise} | {words[0]} | {words[1]} |\n"
        )
    return "".join(parts)


def test_the_page_of_verbs_says_what_the_code_says() -> None:
    wanted = drawn()
    if os.environ.get("WHARFINGER_WRITE_DOCS"):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted, "run WHARFINGER_WRITE_DOCS=1 pytest tests/docs"
