"""The source as trees and lines, read once for all house rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

Kind = TypeVar("Kind", bound=ast.AST)
ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "wharfinger"


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def room(self) -> str:
        """The room of its module that this file belongs to: models, actions, pages …, as file or folder."""
        parts = self.path.relative_to(PACKAGE).with_suffix("").parts
        return parts[1] if len(parts) > 1 else parts[0]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    def at(self, node: ast.AST) -> str:
        """Where a node stands, as an editor opens it."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def walk(self, *kinds: type[Kind]) -> Iterator[Kind]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


@cache
def product() -> tuple[Source, ...]:
    """The product's own files; migrations are written by Django."""
    files = sorted(file for file in PACKAGE.rglob("*.py") if "migrations" not in file.parts)
    return tuple(Source(file, file.read_text()) for file in files)


@cache
def everything() -> tuple[Source, ...]:
    """The product, its tests, its tools and its bench."""
    folders = ("tests", "dev", "bench")
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return product() + tuple(Source(file, file.read_text()) for file in files)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or an attribute, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    return ""
