"""What one does with what one was told: read it, and choose what to be told of, and how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wharfinger.base import clock
from wharfinger.base.fields import one_of
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.notices import rules
from wharfinger.notices.models import Notice
from wharfinger.parties.models import User

KEPT_DAYS = 90
"""So long a notice stands under the bell."""
CLEARED = 5000
"""So many are forgotten at a time."""


def mute(
    *,
    user: Any,
    events: Sequence[str] | None = None,
    silenced: Sequence[str] | None = None,
    digest: str | None = None,
    key: str | None = None,
) -> Written:
    """Choose what one wants to be told oneself; it acts at once, and what is not named stays.

    events: those of which one wants no mail. silenced: those of which one wants to hear nothing at all. digest: ``daily``
    for one mail a day, nothing for a mail at once.
    """
    values: dict[str, Any] = {}
    for name, field, chosen in (("muted", "events", events), ("silenced", "silenced", silenced)):
        if chosen is not None:
            if set(chosen) - set(rules.EVENTS):
                raise BadInput("no_such_event", N_("There is no such event."), field=field)
            values[name] = [event for event in rules.EVENTS if event in chosen]
    if digest is not None:
        values["digest"] = one_of("", "daily")(digest, "digest")

    def plan(truth: Truth) -> Plan:
        made = Plan()
        made.change(truth.documents["parties.User"][user.pk], **values)
        made.mention(("user", user.pk))
        return made

    return post("change", Wish(documents=[(User, [user.pk])]), plan, actor=user, key=key)


def read(*, user: Any, notices: Sequence[int]) -> None:
    """Take what one has read as read; raises NotThere where one of these is not one's own."""
    if Notice.objects.filter(user=user.pk, pk__in=notices).count() != len(set(notices)):
        raise NotThere("no_such_notice", N_("There is no such notice."), field="ids")
    new = {"pk__in": notices, "read_at__isnull": True}
    Notice.objects.filter(**new).update(read_at=clock.now(), in_digest=False)


def read_all(*, user: Any) -> None:
    """Take everything that one was told as read."""
    Notice.objects.filter(user=user.pk, read_at__isnull=True).update(read_at=clock.now(), in_digest=False)


def clear() -> int:
    """Forget what people were told so long ago, read or not; how much it was. The journal keeps what happened."""
    old = Notice.objects.filter(entry__recorded_at__lt=clock.now() - timedelta(days=KEPT_DAYS))
    rows = list(old.order_by("pk").values_list("pk", flat=True)[:CLEARED])
    Notice.objects.filter(pk__in=rows).delete()
    return len(rows)
