"""Show a company its letterhead before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import override

from wharfinger.base import configuration
from wharfinger.base.access import Actor, require
from wharfinger.documents.queries.parties import language_of
from wharfinger.documents.queries.specimen import specimen
from wharfinger.documents.render import render
from wharfinger.parties.actions.settings import as_kept


def preview_letterhead(*, actor: Actor, settings: Mapping[str, Any]) -> bytes:
    """A specimen of an invoice as PDF, with these settings instead of those that stand; nothing is kept.

    settings: of ``company``, ``logo`` and ``language`` what is tried. Raises BadInput beside the field as setting
    them would.
    """
    require(actor, "site.settings")
    standing = configuration.read("company", "logo", "language", "currency", "terms_days", "time_zone")
    tried = standing | {name: as_kept(name, value) for name, value in settings.items()}
    language = language_of(tried["language"])
    with configuration.knowing(tried), override(language):
        return render(specimen(), language=language, draft=True)
