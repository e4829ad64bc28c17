"""Icons: each shape is written once at the end of a page and used wherever it is named."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache

from lucide.jinja import lucide
from markupsafe import Markup

_used: ContextVar[dict[str, None] | None] = ContextVar("icons_used", default=None)


def start() -> str:
    """Begin a page: from here to `symbols()` an icon is a reference."""
    _used.set({})
    return ""


def icon(name: str, css: str = "") -> Markup:
    """The icon of this name; outside a whole page (a fragment) it carries its own shape."""
    used = _used.get()
    if used is None:
        return Markup('<svg class="i {}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
            css, _shape(name)
        )
    used[name] = None
    return _reference(name, css)


def symbols() -> Markup:
    """End a page: the shapes of all icons it used."""
    used, _ = _used.get() or {}, _used.set(None)
    shapes = [_symbol(name) for name in used]
    return Markup('<svg class="vh" aria-hidden="true">{}</svg>').format(Markup("").join(shapes))


@cache
def _reference(name: str, css: str) -> Markup:
    return Markup('<svg class="i {}" aria-hidden="true"><use href="#i-{}"/></svg>').format(css, name)


@cache
def _symbol(name: str) -> Markup:
    return Markup('<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>').format(name, _shape(name))


@cache
def _shape(name: str) -> Markup:
    drawn = str(lucide(name, size=None))
    return Markup(drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")].strip())  # noqa: S704 - the package's own shapes.
