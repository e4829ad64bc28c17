"""The stories' words around what customers and colleagues are told, and what they answer.

mail Q to buy@x.example · by-hand Q      a quote goes to the customer
reads Q as OFFER                         the customer opens the link and has an offer before them
accepts OFFER by Jane · declines OFFER: Too dear · revoke Q
answered Q: accepted by Jane             or: declined: Too dear; nothing
to-do Q: 1 · finish Q                    what the owner is to do about it, and that it is done
"""

from __future__ import annotations

from typing import Any

from wharfinger.notices.models import Todo
from wharfinger.sales.models import Quote


class Talking:
    """What a teller also understands of talk."""

    door: Any
    documents: dict[str, int]
    acts: list[int]
    read: dict[str, tuple[int, str]]

    def say_mail(self, rest: str) -> None:
        """mail Q [to ADDRESS]"""
        name, _, to = rest.partition(" to ")
        self.acts.append(self.door.mail(self.documents[name], to))

    def say_by_hand(self, rest: str) -> None:
        """by-hand Q"""
        self.acts.append(self.door.by_hand(self.documents[rest]))

    def say_reads(self, rest: str) -> None:
        """reads Q as OFFER"""
        quote, _, name = rest.split()
        known = vars(self).setdefault("read", {})
        known[name] = self.documents[quote], self.door.read(self.documents[quote])

    def say_accepts(self, rest: str) -> None:
        """accepts OFFER by NAME"""
        offer, _, who = rest.partition(" by ")
        self.door.accept(*self.read[offer], who)

    def say_declines(self, rest: str) -> None:
        """declines OFFER: REASON"""
        offer, _, reason = rest.partition(": ")
        self.door.decline(*self.read[offer], reason)

    def say_revoke(self, rest: str) -> None:
        """revoke Q"""
        self.acts.append(self.door.revoke(self.documents[rest]))

    def say_answered(self, rest: str) -> None:
        """answered Q: accepted by NAME; declined: REASON; nothing"""
        name, _, wanted = rest.partition(": ")
        row = Quote.objects.get(pk=self.documents[name])
        found = "nothing"
        if row.accepted_at is not None:
            found = f"accepted by {row.accepted_by}"
        elif row.declined_at is not None:
            found = f"declined: {row.decline_reason}"
        assert found == wanted, found

    def say_to_do(self, rest: str) -> None:
        """to-do Q: HOW MANY"""
        name, _, wanted = rest.partition(": ")
        open_ = Todo.objects.filter(about=f"quote:{self.documents[name]}", done_at=None, void=None).count()
        assert open_ == int(wanted), open_

    def say_finish(self, rest: str) -> None:
        """finish Q"""
        row = Todo.objects.get(about=f"quote:{self.documents[rest]}", done_at=None, void=None)
        self.acts.append(self.door.finish(row.pk))
