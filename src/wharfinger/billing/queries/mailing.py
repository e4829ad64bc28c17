"""Which customers get their bills by mail as soon as they are posted."""

from __future__ import annotations

from collections.abc import Iterable

from wharfinger.base import configuration
from wharfinger.parties.models import Organization


def by_mail(organizations: Iterable[int]) -> set[int]:
    """Those of these customers whose invoices and credit notes leave by mail at once: as each says, else as the company."""
    found = dict(Organization.objects.filter(pk__in=set(organizations)).values_list("pk", "bills_by"))
    if not found:
        return set()
    wanted = {"mail", ""} if configuration.one("mail_bills") else {"mail"}
    return {pk for pk, way in found.items() if way in wanted}
