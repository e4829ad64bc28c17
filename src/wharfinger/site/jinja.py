"""What every page template may say: words in the person's language, links by name, figures, icons, cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment
from markupsafe import Markup

from wharfinger.base import owned
from wharfinger.base.table import count_words
from wharfinger.base.typed import written
from wharfinger.boards.queries import saved_views
from wharfinger.ledger.models import Entry
from wharfinger.ledger.telling import Told, may_be_undone, undoable
from wharfinger.site import cells, formats, icons, saying
from wharfinger.site.house import house
from wharfinger.site.nav import address, nav, waits
from wharfinger.site.remedies import fills, opens, remedy_words
from wharfinger.site.stages import stage_bar
from wharfinger.site.subjects import noun, page_of, subject
from wharfinger.site.undoing import may_undo, offered


def environment(**options: Any) -> Environment:
    """Make the page environment: links by URL name, static files, translated strings, figures, cells."""
    options |= {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(extensions=["jinja2.ext.i18n"], **options)  # noqa: S701 - escaping is in the options.
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(
        gettext=words,
        _=words,
        static=static,
        url=url,
        address=address,
        csrf=csrf_input,
        icon=icons.icon,
        icons_start=icons.start,
        icon_symbols=icons.symbols,
        language=language,
        languages=settings.LANGUAGES,
        nav=nav,
        waits=waits,
        house=house,
        said=said,
        undo_offered=undo_offered,
        refused=refused,
        typed=typed,
        saved_views=saved_views,
        show=cells.show,
        drawing=cells.drawing,
        plain_quantity=written,
        own_asked=owned.asked,
        own_facts=owned.facts,
        remedy_words=remedy_words,
        fills=fills,
        opens=opens,
        chip=cells.chip,
        stage_bar=stage_bar,
        noun=noun,
        page_of=page_of,
        subject=subject,
        count_words=count_words,
        replaced=replaced,
    )
    env.filters.update(
        money=formats.money,
        price=formats.price,
        quantity=formats.quantity,
        date=formats.day,
        datetime=formats.moment,
        until=formats.until,
        ago=formats.ago,
        said=formats.said,
        initials=formats.initials,
    )
    return env


def words(sentence: str, **values: Any) -> Markup:
    """A sentence in the reader's language, its values escaped."""
    if values:
        return Markup(translation.gettext(sentence)) % values  # noqa: S704 - sentences are our own.
    return _plain(sentence, language())


@lru_cache(maxsize=8192)
def _plain(sentence: str, language: str) -> Markup:
    """The sentence in the active language: a page has some hundred, the same ones each time."""
    return Markup(translation.gettext(sentence)) % {}  # noqa: S704 - sentences are our own.


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Link to a page by its URL name, so that modules need not know each other."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def language() -> str:
    """The reader's language."""
    return translation.get_language() or "en"


def said(request: HttpRequest) -> Mapping[str, Any] | None:
    """What the last act did, told once and with its goods; Undo is offered where it left something to take back."""
    found = request.session.pop("said", None)
    if found and found.get("entry"):
        entry = Entry.objects.filter(pk=found["entry"], reverses__isnull=True).first()
        if entry is not None:
            found["sentence"] = saying.sentence(entry) or found["sentence"]
            offered = found.get("more") or []
            known = {to for _words, to in offered}
            found["more"] = [*offered, *(one for one in saying.papers(entry) if one[1] not in known)]
        still = entry is not None and may_be_undone(entry.verb) and undoable([entry.pk])
        if not (entry and still and may_undo(entry, request.user)):
            found["entry"] = None
    return found


def undo_offered(request: HttpRequest, told: Sequence[Told]) -> set[int]:
    """Those of these entries whose undo the reader may do."""
    return offered(told, request.user)


def refused(request: HttpRequest) -> Mapping[str, Any] | None:
    """Why the last act was refused, told once."""
    return request.session.pop("refused", None)


def typed(request: HttpRequest) -> Mapping[str, Any]:
    """What stood in this list when an act on it was refused, told once: act, field, words, values."""
    found = request.session.pop("typed", None) if hasattr(request, "session") else None
    return found if found and found["page"] == request.path else {}


def replaced(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some of its query changed; None takes a value out, and paging starts anew."""
    query = request.GET.copy()
    for key in ("cursor", "export"):
        query.pop(key, None)
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = value
    return f"{request.path}?{query.urlencode()}"
