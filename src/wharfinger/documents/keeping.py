"""A shape as plain JSON, to be kept for years, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints


def frozen(value: Any) -> Any:
    """A shape as JSON holds it."""
    if is_dataclass(value):
        return {f.name: frozen(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [frozen(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def thawed(shape: type[Any], content: Mapping[str, Any]) -> Any:
    """The shape that was kept; fields that it did not have yet take their default."""
    hints = get_type_hints(shape)
    known = {f.name for f in fields(shape)}
    return shape(**{name: _thaw(hints[name], value) for name, value in content.items() if name in known})


def _thaw(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) is UnionType:
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_thaw(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint):
        return thawed(hint, value)  # type: ignore[arg-type]
    return date.fromisoformat(value) if hint is date else value
