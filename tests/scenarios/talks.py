"""What the doors of the stories say to customers and colleagues: sending, the customer's link, to-dos."""

from __future__ import annotations

import re

from django.test import Client

from tests.scenarios.further import Posts, Tells
from wharfinger.notices.actions import todos
from wharfinger.sales import links
from wharfinger.sales.actions import answering, sending
from wharfinger.sales.models import Quote
from wharfinger.sales.rules.answering import Seen
from wharfinger.sales.rules.sending import Letter


class TalksActions:
    """Calls the actions in process."""

    def mail(self: Tells, quote: int, to: str) -> int:
        """Send a quote by mail."""
        letter = Letter((to,) if to else ())
        return int(self._said(lambda: sending.send_quote(actor=self.who, quote=quote, letter=letter)).id)

    def by_hand(self: Tells, quote: int) -> int:
        """Say that a quote was sent by hand."""
        return int(self._said(lambda: sending.mark_quote_sent(actor=self.who, quote=quote)).id)

    def read(self: Tells, quote: int) -> str:
        """What the customer has before them: the link, and as of when."""
        return f"{Quote.objects.get(pk=quote).link_nonce}/{links.version(quote)}"

    def accept(self: Tells, quote: int, seen: str, name: str) -> None:
        """The customer accepts what they read."""
        nonce, version = map(int, seen.split("/"))
        self._said(lambda: answering.accept_quote(seen=Seen(quote, nonce, version), name=name))

    def decline(self: Tells, quote: int, seen: str, reason: str) -> None:
        """The customer declines what they read."""
        nonce, version = map(int, seen.split("/"))
        self._said(lambda: answering.decline_quote(seen=Seen(quote, nonce, version), reason=reason))

    def revoke(self: Tells, quote: int) -> int:
        """End the link."""
        return int(self._said(lambda: answering.revoke_link(actor=self.who, quote=quote)).id)

    def finish(self: Tells, todo: int) -> int:
        """Do what was to be done."""
        return int(self._said(lambda: todos.finish_todo(actor=self.who, todo=todo)).id)


class TalksApi:
    """Speaks JSON over HTTP; the customer opens the link in a browser of their own."""

    def mail(self: Posts, quote: int, to: str) -> int:
        """Send a quote by mail."""
        return int(self._post(f"/quotes/{quote}/send", {"to": [to] if to else []})["entry"])

    def by_hand(self: Posts, quote: int) -> int:
        """Say that a quote was sent by hand."""
        return int(self._post(f"/quotes/{quote}/send", {"by_hand": True})["entry"])

    def read(self: Posts, quote: int) -> str:
        """What the customer has before them: the link, and as of when."""
        told = self.client.get(f"/api/v1/quotes/{quote}/link").json()["link"]
        assert told, "there is no link"
        here = re.sub(r"^https?://[^/]+", "", told)
        page = Client().get(here).content.decode()
        found = re.search(r'name="version" value="(\d+)"', page)
        return f"{here} {found[1] if found else 0}"

    def accept(self: Posts, quote: int, seen: str, name: str) -> None:
        """The customer accepts what they read."""
        self.answer("accept", seen, {"name": name, "agreed": "yes"})

    def decline(self: Posts, quote: int, seen: str, reason: str) -> None:
        """The customer declines what they read."""
        self.answer("decline", seen, {"reason": reason})

    def answer(self, how: str, seen: str, typed: dict[str, str]) -> None:
        """Send what the customer typed."""
        here, version = seen.split()
        answer = Client().post(f"{here}{how}/", typed | {"version": version})
        assert answer.status_code == 303, f"the page answers {answer.status_code}"

    def revoke(self: Posts, quote: int) -> int:
        """End the link."""
        return int(self._post(f"/quotes/{quote}/revoke-link", {})["entry"])

    def finish(self: Posts, todo: int) -> int:
        """Do what was to be done."""
        return int(self._post(f"/todos/{todo}/finish", {})["entry"])
