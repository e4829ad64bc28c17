"""Pure decisions about notices: which stages are news, who is told, when to try again."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wharfinger.base.refusal import N_

EVENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "to_approve": (N_("waits for approval"), ("approvers", "owner", "lead", "resource", "requester")),
    "rejected": (N_("is rejected"), ("owner", "lead", "resource", "requester")),
    "to_order": (N_("is to be ordered"), ("purchasing_team", "owner", "lead", "resource", "requester")),
    "on_order": (N_("is on order"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "bin": (N_("is reserved"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "picked": (N_("is picked"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "container": (N_("is packed"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "ready": (N_("is ready to deliver"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "in_transit": (N_("is on its way"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "customer": (N_("is delivered"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "returns": (N_("has come back"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
    "invoiced": (N_("is invoiced"), ("owner", "opportunity_owner")),
    "adjustment": (
        N_("is missing from stock and is wanted again"),
        ("owner", "lead", "resource", "opportunity_owner", "requester"),
    ),
    "short": (
        N_("is missing from its bin and is wanted again"),
        ("owner", "lead", "resource", "opportunity_owner", "requester"),
    ),
    "expired": (
        N_("is no longer reserved, as the hold has expired"),
        ("owner", "lead", "resource", "opportunity_owner", "requester"),
    ),
    "late": (
        N_("comes later than promised"),
        ("owner", "lead", "resource", "opportunity_owner", "requester"),
    ),
    "low": (N_("runs low"), ("purchasing_team",)),
    "expiring": (N_("expires soon"), ("purchasing_team",)),
    "warranty_ends": (N_("comes to the end of its warranty"), ("owner",)),
    "accepted": (N_("is accepted by the customer"), ("owner", "opportunity_owner")),
    "declined": (N_("is declined by the customer"), ("owner", "opportunity_owner")),
    "asked": (N_("is asked to give way"), ("owner", "lead", "opportunity_owner")),
    "answered": (N_("answers a request to give way"), ("owner", "requester")),
    "order_to_approve": (N_("waits for approval"), ("approvers",)),
    "order_approved": (N_("is approved"), ("buyer",)),
    "order_rejected": (N_("is rejected"), ("buyer",)),
    "order_received": (N_("has come in, in part or whole"), ("buyer",)),
    "order_refused": (N_("came with goods that were turned away"), ("buyer", "purchasing_team")),
    "quote_to_approve": (N_("waits for approval"), ("approvers",)),
    "quote_approved": (N_("is approved"), ("owner", "requester")),
    "quote_rejected": (N_("is rejected"), ("owner", "requester")),
    "order_late": (N_("comes later than somebody was promised"), ("buyer",)),
    "bill_to_accept": (N_("waits to be accepted"), ("approvers",)),
    "replied": (N_("is answered by mail"), ("owner", "opportunity_owner", "buyer", "sender")),
    "reminded": (N_("is overdue, and its customer was reminded"), ("owner",)),
    "mentioned": (N_("mentions me"), ()),
    "todo": (N_("is for me to do"), ()),
    "back": (N_("has been taken back"), ("owner", "lead", "resource", "opportunity_owner", "requester")),
}
"""By the kind of place that units of a line reach, or when a hold ends, buying is rejected or a step is undone: the
words, and who is told.

The roles are told unless a rule says otherwise.
"""

_OF_LINE = ("owner", "lead", "resource", "opportunity_owner", "requester", "purchasing_team")
_OF_QUOTE = ("owner", "opportunity_owner", "requester", "approvers")
_OF_ORDER = ("purchasing_team", "buyer")
REACHES: dict[str, tuple[str, ...]] = {
    "to_approve": (*_OF_LINE, "approvers"),
    "rejected": _OF_LINE,
    "to_order": _OF_LINE,
    "on_order": _OF_LINE,
    "bin": _OF_LINE,
    "picked": _OF_LINE,
    "container": _OF_LINE,
    "ready": _OF_LINE,
    "in_transit": _OF_LINE,
    "customer": _OF_LINE,
    "returns": _OF_LINE,
    "invoiced": _OF_LINE,
    "adjustment": _OF_LINE,
    "short": _OF_LINE,
    "expired": _OF_LINE,
    "late": _OF_LINE,
    "back": _OF_LINE,
    "low": ("purchasing_team",),
    "expiring": ("purchasing_team",),
    "warranty_ends": ("owner",),
    "accepted": ("owner", "opportunity_owner", "requester"),
    "declined": ("owner", "opportunity_owner", "requester"),
    # Who asks for the approval of a quote did it themselves, and is not told of it.
    "quote_to_approve": ("owner", "opportunity_owner", "approvers"),
    "quote_approved": _OF_QUOTE,
    "quote_rejected": _OF_QUOTE,
    "asked": ("owner", "lead", "opportunity_owner"),
    "answered": ("owner", "lead", "opportunity_owner", "requester"),
    "order_to_approve": ("purchasing_team", "approvers", "buyer"),
    "order_approved": _OF_ORDER,
    "order_rejected": _OF_ORDER,
    "order_received": _OF_ORDER,
    "order_refused": _OF_ORDER,
    "order_late": _OF_ORDER,
    "bill_to_accept": ("purchasing_team", "approvers"),
    "replied": ("owner", "opportunity_owner", "buyer", "sender"),
    "reminded": ("owner",),
    "mentioned": (),
    "todo": (),
}
"""By event, the roles that somebody may hold for what it is about: a rule names no other, as that would tell nobody."""

URGENT = frozenset(
    {"to_approve", "order_to_approve", "quote_to_approve", "bill_to_accept", "late", "order_late", "asked"}
)
"""What is mailed at once even to who wants one mail a day: somebody waits, or is to be told that they will."""

WHOLE: dict[str, str] = {
    "accepted": N_("A quote is accepted by the customer"),
    "declined": N_("A quote is declined by the customer"),
    "quote_to_approve": N_("A quote waits for approval"),
    "quote_approved": N_("A quote is approved"),
    "quote_rejected": N_("A quote is rejected"),
    "asked": N_("Somebody asks for goods that are held"),
    "answered": N_("A request to give way is answered"),
    "replied": N_("A mail of ours is answered"),
    "reminded": N_("A customer is reminded of what is overdue"),
    "warranty_ends": N_("The warranty of a device ends soon"),
    "mentioned": N_("A note mentions somebody"),
    "todo": N_("Somebody is to do something, or it is due"),
    "order_to_approve": N_("A purchase order waits for approval"),
    "order_approved": N_("A purchase order is approved"),
    "order_rejected": N_("A purchase order is rejected"),
    "order_received": N_("Goods of a purchase order have come in"),
    "order_refused": N_("Goods of a purchase order were turned away at the door"),
    "order_late": N_("Goods of a purchase order come later than somebody was promised"),
    "bill_to_accept": N_("A vendor's bill waits to be accepted"),
}
"""What events are called that are not about units of a line."""

ROLES = (
    "owner",
    "lead",
    "resource",
    "opportunity_owner",
    "requester",
    "purchasing_team",
    "approvers",
    "buyer",
    "sender",
)

ARRIVED = N_("has arrived and is reserved")

MOST_ATTEMPTS = 20
"""With the pauses between them more than two days: a receiver may be down over a weekend's night and day."""
FIRST_PAUSE_S = 15
LONGEST_PAUSE_S = 6 * 3600
GIVEN_UP_AFTER_S = 4 * 86_400
"""A receiver that has answered nothing for so long is not waited for by what happened before."""


@dataclass(frozen=True, slots=True)
class News:
    """Units of a line that reached a stage."""

    event: str
    sheet: int
    line: int
    product: str
    quantity: str
    words: str = ""
    """What to say instead of the event's own words."""
    note: str = ""
    """What whoever did it said about it."""
    days: tuple[tuple[str, date], ...] = ()
    """What is told with a day, and the day, which each reads in a language of their own."""
    links: tuple[str, ...] = ()
    """Where the goods are followed on their way."""
    order: int = 0
    """The purchase order that it is about, where it is about no line."""
    bill: int = 0
    """The vendor's bill that it is about, where it is about no line."""

    @property
    def about(self) -> tuple[str, int]:
        """What has people who hold roles for it."""
        if self.bill:
            return "bill", self.bill
        return ("order", self.order) if self.order else ("line", self.line)


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told of one act."""

    user: int
    news: tuple[News, ...]


def pause_s(attempts: int) -> int:
    """How long to wait after so many failed attempts: 15 s, doubled each time, six hours at most."""
    return int(min(FIRST_PAUSE_S * 2 ** max(attempts - 1, 0), LONGEST_PAUSE_S))


WANTED_AGAIN = ("to_approve", "to_order")
"""Where somebody has to do something about a line, whichever way it came there."""


def event_of(
    source: str,
    was_for: int,
    target: str,
    is_for: int,
    *,
    back: bool,
    expired: bool = False,
    rejected: bool = False,
) -> tuple[str, int] | None:
    """Which event of which line it is that goods, wishes or bills go from one kind of place to another.

    was_for, is_for: the lines they are claimed by before and after. back: whether the move undoes another; expired: whether
    it lets go what a hold kept that has ended; rejected: whether somebody refused to buy it.
    """
    if rejected and source == "to_approve" and is_for:
        return "rejected", is_for
    if is_for and target in EVENTS and (not back or target in WANTED_AGAIN) and source != target:
        return target, is_for
    if source == "bin" and target == "quarantine" and was_for and not back:
        return "short", was_for
    if back and source in ("adjustment", "quarantine"):
        # What was missing is there again, and reserved as it was.
        return ("bin", is_for) if is_for else None
    if back:
        return ("back", was_for) if was_for and source in EVENTS and source not in WANTED_AGAIN else None
    if source == target == "bin" and bool(was_for) != bool(is_for):
        return ("bin", is_for) if is_for else ("expired", was_for) if expired else None
    return None


def tell(
    news: Sequence[News],
    roles: Mapping[str, Sequence[str]],
    people: Mapping[tuple[str, int], Mapping[str, Sequence[int]]],
    named: Mapping[str, Sequence[int]],
    silenced: Mapping[int, frozenset[str]],
    actor: int | None,
) -> list[Told]:
    """Who is told what: one message per person and act, however many roles they hold; never who did it.

    roles: by event, the roles told; people: by line, purchase order or bill, who holds which role; named: by event, people
    named in its rule; silenced: by active user, the events of which they want to hear nothing.
    """
    told: dict[int, list[News]] = {}
    for one in news:
        wanted = {
            user for role in roles.get(one.event, ()) for user in people.get(one.about, {}).get(role, ())
        }
        for user in sorted(wanted | set(named.get(one.event, ()))):
            if user != actor and user in silenced and one.event not in silenced[user]:
                told.setdefault(user, []).append(one)
    return [Told(user, tuple(what)) for user, what in sorted(told.items())]


def schemes(*, private: bool) -> tuple[str, ...]:
    """How addresses may begin: what leaves our own network is encrypted."""
    return ("https", "http") if private else ("https",)


def may_be_called(address: str) -> bool:
    """Whether an address of the network is public, so that a webhook cannot be aimed at our own machines."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # What carries an IPv4 address inside leads where that one leads.
        inside = ip.ipv4_mapped or ip.sixtofour
        if inside is not None:
            return may_be_called(str(inside))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
