"""The stories' words around a deal.

hold Q 3 router for 5 · extend Q for 10 · days 6        a hold with an end in days; the clock goes on
sell SO: 2 router, 1 hours [paid]   ordered, handed over and invoiced at once
win-on ticket Q as SO        charged on new work; `as nothing` where no order is made
copy Q as R · same SO AGAIN  two names for one order
change SO 12 router · add SO 2 router · change PO 6 router
reject SO: WHY · ask SO      whether its lines may be bought
plan SO as PO                a purchase order that stays a draft
lead router 5                days that vendors take · expected PO router: after 5
cancel-bought SO keep        what becomes of goods on order: keep, pass_on, cut
work delivery: 4 router      what waits on a worklist's first page, all of it
word SO router: partly_ready
amend SO [keep]: 2 router, 0 cable   another quantity, whatever is reserved or ordered
fulfil SO · by-itself on     an order is fulfilled: said, or once nothing is open
promise SO router in 5 · press SO urgent · served · serving off   goods that came in serve who waits
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.db.models import Sum

from tests.scenarios.counting import Counting
from wharfinger.base import clock, configuration
from wharfinger.boards.worklists import BY_NAME, waiting
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.queries.reading import lines as read_lines
from wharfinger.demand.queries.shown import show_lines
from wharfinger.ledger.models import Entry
from wharfinger.notices import outbox
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.site.consumers import CONSUMERS


class Dealing(Counting):
    """What a teller also understands of deals."""

    travel: Any = None

    def say_lead(self, rest: str) -> None:
        """lead NAME DAYS"""
        name, days = rest.split()
        VendorPrice.objects.filter(product=self.products[name]).update(lead_time_days=int(days))

    def say_expected(self, rest: str) -> None:
        """expected PO NAME: after DAYS; or nothing"""
        head, _, wanted = rest.partition(":")
        document, name = head.split()
        order = PurchaseOrder.objects.get(pk=self.documents[document])
        expected = order.lines.get(product=self.products[name]).expected_on
        found = f"after {(expected - order.ordered_on).days}" if expected and order.ordered_on else "nothing"
        assert found == wanted.strip(), f"is expected {found}"

    def say_days(self, rest: str) -> None:
        """days N"""
        later = clock.now() + timedelta(days=int(rest))
        self.stay_here()
        self.travel = time_machine.travel(later, tick=False)
        self.travel.start()

    def stay_here(self) -> None:
        """Give the clock back."""
        if self.travel is not None:
            self.travel.stop()
            self.travel = None

    def say_hold(self, rest: str) -> None:
        """hold Q QUANTITY NAME for DAYS"""
        quote, quantity, name, _, days = rest.split()
        until = clock.now() + timedelta(days=int(days))
        self.acts.append(self.door.hold(self.documents[quote], self.line(quote, name), int(quantity), until))

    def say_extend(self, rest: str) -> None:
        """extend Q for DAYS"""
        quote, _, days = rest.split()
        self.acts.append(self.door.extend(self.documents[quote], clock.now() + timedelta(days=int(days))))

    def say_sell(self, rest: str) -> None:
        """sell NAME: ITEMS [paid]"""
        name, _, items = rest.partition(":")
        paid = items.endswith(" paid")
        sold = self.items(items.removesuffix(" paid"))
        made, entry = self.door.sell(self.company.customer.pk, sold, paid=paid)
        self.documents[name] = made
        self.acts.append(entry)

    def say_win_on(self, rest: str) -> None:
        """win-on KIND Q as SO"""
        kind, quote, _, name = rest.split()
        order, work, entry = self.door.win_on(kind, self.documents[quote])
        assert work is not None, "no work was opened"
        assert (order is None) == (name == "nothing"), f"the order is {order}"
        if order is not None:
            self.documents[name] = order
        self.documents[kind] = work
        self.acts.append(entry)

    def say_copy(self, rest: str) -> None:
        """copy Q as R"""
        quote, _, name = rest.split()
        self.keep("quote", name, self.door.copy(self.documents[quote]))

    def say_same(self, rest: str) -> None:
        """same SO AGAIN"""
        one, other = rest.split()
        assert self.documents[one] == self.documents[other], "they are two orders"

    def say_change(self, rest: str) -> None:
        """change SO|PO QUANTITY NAME"""
        document, quantity, name = rest.split()
        if self.kinds.get(document) == "purchase":
            changed = self.door.change_bought(self.documents[document], self.products[name].pk, int(quantity))
            self.acts.append(changed)
            return
        self.acts.append(self.door.change(self.line(document, name), int(quantity)))

    def say_add(self, rest: str) -> None:
        """add SO QUANTITY NAME"""
        document, quantity, name = rest.split()
        self.acts.append(self.door.add(self.documents[document], self.products[name].pk, int(quantity)))

    def say_amend(self, rest: str) -> None:
        """amend SO [CHOICE]: ITEMS; none of an item takes its line off"""
        head, _, items = rest.partition(":")
        document, *choice = head.split()
        wanted = [
            (self.line(document, name), int(n)) for n, name in (one.split() for one in items.split(","))
        ]
        self.acts.append(self.door.amend(self.documents[document], wanted, *(choice or [""])))

    def say_fulfil(self, name: str) -> None:
        """fulfil SO"""
        self.acts.append(self.door.fulfil(self.documents[name]))

    def say_promise(self, rest: str) -> None:
        """promise SO NAME in DAYS"""
        head, _, days = rest.partition(" in ")
        day = clock.today(configuration.one("time_zone")) + timedelta(days=int(days))
        self.acts.append(self.door.promise(self.line(*head.split()), day))

    def say_press(self, rest: str) -> None:
        """press SO PRIORITY"""
        name, priority = rest.split()
        self.acts.append(self.door.press(self.documents[name], priority))

    def say_served(self, _rest: str) -> None:
        """served: the worker lets goods that came in serve who waits"""
        before = Entry.objects.count()
        while outbox.work({"serving": CONSUMERS["serving"]}):
            pass
        made = Entry.objects.order_by("-pk")[: Entry.objects.count() - before]
        self.acts += sorted(entry.pk for entry in made)

    def say_serving(self, word: str) -> None:
        """serving on|off"""
        self.acts.append(self.door.decide_setting("serve_back_orders", word == "on"))

    def say_by_itself(self, word: str) -> None:
        """by-itself on|off: whether an order is fulfilled once nothing of it is open"""
        self.acts.append(self.door.decide_setting("fulfil_automatically", word == "on"))

    def say_reject(self, rest: str) -> None:
        """reject SO: WHY"""
        name, _, note = rest.partition(":")
        if self.kinds.get(name) == "purchase":
            self.acts.append(self.door.reject_purchase(self.documents[name], note.strip()))
            return
        self.acts.append(self.door.reject([line.pk for line in self.lines(name)], note.strip()))

    def say_ask(self, rest: str) -> None:
        """ask SO, ask PO"""
        if self.kinds.get(rest) == "purchase":
            self.acts.append(self.door.on_purchase("ask", self.documents[rest]))
            return
        self.acts.append(self.door.ask([line.pk for line in self.lines(rest)]))

    def say_tier(self, rest: str) -> None:
        """tier NAME LIMIT|none [NEEDED]: PEOPLE"""
        head, _, people = rest.partition(":")
        name, limit, *needed = head.split()
        who = [self.somebody(one.strip()).pk for one in people.split(",")]
        amount = None if limit == "none" else limit
        self.acts.append(self.door.add_tier(name, amount, int(needed[0]) if needed else 1, who))

    def say_away(self, rest: str) -> None:
        """away NAME: who decides for whoever says it, today"""
        self.acts.append(self.door.delegate(self.somebody(rest).pk))

    def say_undecided(self, rest: str) -> None:
        """undecided PO: yes|no [: WHY it was rejected]"""
        name, _, wanted = rest.partition(":")
        order = PurchaseOrder.objects.get(pk=self.documents[name])
        found = "yes" if order.approval_asked_at else "no"
        found += f": {order.rejected_note}" if order.rejected_note else ""
        assert found == wanted.strip(), f"found {found}"

    def say_plan(self, rest: str) -> None:
        """plan SO as PO"""
        document, _, name = rest.split()
        wanting = [line.pk for line in self.lines(document)]
        self.keep("purchase", name, self.door.plan_to_buy(wanting))

    def say_cancel_bought(self, rest: str) -> None:
        """cancel-bought SO CHOICE"""
        document, choice = rest.split()
        self.acts.append(self.door.cancel_bought(self.documents[document], choice))

    def say_work(self, rest: str) -> None:
        """work WORKLIST: 4 router, 1 cable; or nothing"""
        name, _, wanted = rest.partition(":")
        worklist = BY_NAME[name.strip()]
        _, kinds = next(iter(worklist.tabs.values()))
        rows = waiting(worklist, kinds).order_by("product").values("product").annotate(units=Sum("quantity"))
        names = {product.pk: key for key, product in self.products.items()}
        found = ", ".join(f"{row['units']} {names[row['product']]}" for row in rows) or "nothing"
        assert found == wanted.strip(), f"there is {found}"

    def say_word(self, rest: str) -> None:
        """word SO NAME: WORD"""
        head, _, wanted = rest.partition(":")
        shown = show_lines(read_lines().filter(pk=self.line(*head.split())))
        assert shown[0]["charge_status"] == wanted.strip(), f"is called {shown[0]['charge_status']}"
