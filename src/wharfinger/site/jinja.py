"""What every page template may say: words in the person's language, links by name, static files."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment


def environment(**options: Any) -> Environment:
    """Make the page environment: links by URL name, static files, translated strings."""
    options |= {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(extensions=["jinja2.ext.i18n"], **options)  # noqa: S701 - escaping is in the options.
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(static=static, url=url)
    return env


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Link to a page by its URL name, so that modules need not know each other."""
    return reverse(name, args=args or None, kwargs=kwargs or None)
