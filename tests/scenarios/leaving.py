"""The stories' words around what goes out of the house: papers, carriers, and who hears of it.

prints pick-lists SO SO2: Acme A1 ROUTER, Beta A2 CABLE    one page for each destination, each with these words
prints-box BOX-1: Acme ROUTER        the label of a box, with its address and contents
ships-by Hanse T-77: BOX-1 BOX-2     boxes leave by a carrier
shipment SH-1: Hanse T-77 BOX-1      today, by whom, under which number, and in which boxes
followed BOX-1: T-78                 under which number the carrier follows a box, or -
packs-into BOX-1: 2 router of SO     goods of a line go into a box that is open
brings 2 router of SO from Main to Van    what a line holds goes elsewhere in one step
corrects SH-1: BOX-1=T-78            a box that left gets its number
corrects SH-1: carrier=UPS left=-3 came=-1 signed=Lorenz because WORDS    what a shipment says, days from today on
batch L1: 4 milk [for 30 days]       goods of a batch are found, which expires in so many days
picks-of L1: 2 milk of SO            of that batch
left-and-came SH-1: -3 -1            on which days it says so, or - where it has not come
gone: 2 router                       what the other tab of Delivery & Shipping shows
wrote petra: 2 router                who did the latest act today, and how much of it reached the customer
billable-at at_hand: 3 router        what waits on Approve & Post, by where its goods are; or nothing
owner SO lena                        whose order it is
worked T: lead=petra resource=wim    who leads work and who does it
sought Q by hans                     who owns the opportunity of a quote
hears lena: 2 × ROUTER router is reserved    what the latest act told somebody; or nothing
by lena: hears-no picked · event invoiced off    she, or the company, wants no word of an event
"""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from tests.documents.reading import pages
from tests.scenarios.trading import today
from wharfinger.boards.invoicing import FIGURES
from wharfinger.boards.worklists import BY_NAME, waiting
from wharfinger.demand.queries import quantities
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.ledger.models import Entry, Move
from wharfinger.notices import outbox
from wharfinger.notices.models import Notice
from wharfinger.sales.models import Quote
from wharfinger.site.consumers import CONSUMERS
from wharfinger.stock.models import Location


class Leaving:
    """What a teller also understands of what goes out of the house."""

    door: Any
    documents: dict[str, int]
    products: dict[str, Any]
    acts: list[int]
    lines: Any
    line: Any
    company: Any
    _changed: Any
    somebody: Any

    def say_prints(self, rest: str) -> None:
        """prints LIST DOCUMENTS: WORDS, WORDS"""
        head, _, wanted = rest.partition(":")
        of, *documents = head.split()
        lines = [line.pk for name in documents for line in self.lines(name)]
        _read(self.door.print_list(of, lines), wanted)

    def say_prints_box(self, rest: str) -> None:
        """prints-box BOX: WORDS"""
        number, _, wanted = rest.partition(":")
        _read(self.door.print_box(Container.objects.get(number=number).pk), wanted)

    def say_ships_by(self, rest: str) -> None:
        """ships-by CARRIER TRACKING: BOXES"""
        how, _, boxes = rest.partition(":")
        found = [Container.objects.get(number=one).pk for one in boxes.split()]
        self.acts.append(self.door.ship_by(*how.split(), found))

    def say_shipment(self, rest: str) -> None:
        """shipment NUMBER: CARRIER TRACKING BOXES"""
        number, _, wanted = rest.partition(":")
        made = Shipment.objects.get(number=number)
        boxes = made.containers.order_by("number").values_list("number", flat=True)
        assert [made.carrier, made.tracking, *boxes] == wanted.split(), (made.carrier, made.tracking, *boxes)
        assert made.shipped_on == today()

    def say_followed(self, rest: str) -> None:
        """followed BOX: TRACKING"""
        number, _, wanted = rest.partition(":")
        found = Container.objects.get(number=number).tracking or "-"
        assert found == wanted.strip(), found

    def say_packs_into(self, rest: str) -> None:
        """packs-into BOX: N NAME of DOCUMENT"""
        number, _, what = rest.partition(":")
        n, product, _, document = what.split()
        line = self.line(document, product)
        self.acts.append(self.door.pack_into(Container.objects.get(number=number).pk, line, int(n)))

    def say_brings(self, rest: str) -> None:
        """brings N NAME of DOCUMENT from LOCATION to LOCATION"""
        n, product, _, document, _, source, _, target = rest.split()
        places = [Location.objects.get(name=name) for name in (source, target)]
        line = self.line(document, product)
        self.acts.append(self.door.bring(self.products[product].pk, line, int(n), *places))

    def say_corrects(self, rest: str) -> None:
        """corrects SHIPMENT: FIELD=VALUE … [because WORDS]"""
        number, _, what = rest.partition(":")
        what, _, reason = what.partition(" because ")
        said: dict[str, Any] = dict(one.split("=") for one in what.split())
        names = {"left": "shipped_on", "came": "delivered_on", "signed": "proof"}
        said = {names.get(name, name): value for name, value in said.items()}
        for name in {"shipped_on", "delivered_on"} & said.keys():
            said[name] = today(-int(said[name]))
        boxes = {name: said.pop(name) for name in list(said) if name.startswith("BOX-")}
        if boxes:
            known = dict(Container.objects.filter(number__in=boxes).values_list("number", "pk"))
            said["boxes"] = tuple((known[name], tracking) for name, tracking in boxes.items())
        self.acts.append(self.door.correct_shipment(Shipment.objects.get(number=number).pk, said, reason))

    def say_left_and_came(self, rest: str) -> None:
        """left-and-came SHIPMENT: DAYS DAYS"""
        number, _, wanted = rest.partition(":")
        made = Shipment.objects.get(number=number)
        found = [str((day - today()).days) if day else "-" for day in (made.shipped_on, made.delivered_on)]
        assert found == wanted.split(), found

    def say_batch(self, rest: str) -> None:
        """batch CODE: N NAME [for N days]"""
        code, _, what = rest.partition(":")
        n, name, *days = what.split()
        product = self.products[name]
        if product.traced != "batch":
            self._changed(name, {"traced": "batch"})
        until = today(-int(days[1])) if days else None
        self.acts.append(self.door.find_batch(product.pk, self.company.location, int(n), code, until))

    def say_picks_of(self, rest: str) -> None:
        """picks-of CODE: N NAME of DOCUMENT"""
        code, _, what = rest.partition(":")
        n, name, _, document = what.split()
        self.acts.append(self.door.pick_of(self.line(document, name), int(n), code))

    def say_gone(self, rest: str) -> None:
        """gone N NAME, …; or nothing"""
        worklist = BY_NAME["delivery"]
        rows = waiting(worklist, worklist.tabs["shipped"][1]).order_by("product")
        self._waits(rows.values("product").annotate(units=Sum("quantity")), rest)

    def say_billable_at(self, rest: str) -> None:
        """billable-at WHERE: N NAME, …; or nothing"""
        where, _, wanted = rest.partition(":")
        rows = list(waiting(BY_NAME["approve_post"], ("to_bill",)).order_by("product"))
        told = quantities([row.claim_id for row in rows])
        here = [row for row in rows if any(told[row.claim_id][key] for key in FIGURES[where])]
        self._waits([{"product": row.product_id, "units": row.quantity} for row in here], wanted)

    def _waits(self, rows: Any, wanted: str) -> None:
        names = {product.pk: name for name, product in self.products.items()}
        found = ", ".join(f"{row['units']} {names[row['product']]}" for row in rows) or "nothing"
        assert found == wanted.strip(), f"there is {found}"

    def say_wrote(self, rest: str) -> None:
        """wrote WHO: N NAME"""
        who, _, wanted = rest.partition(":")
        entry = Entry.objects.get(pk=self.acts[-1])
        assert entry.actor is not None, "nobody did it"
        assert (entry.actor.username, entry.effective_on) == (who, today()), entry.actor.username
        moves = Move.objects.filter(entry=entry, target__kind="customer").values("target__product")
        rows = moves.order_by("target__product").annotate(units=Sum("quantity"))
        self._waits([{"product": row["target__product"], "units": row["units"]} for row in rows], wanted)

    def say_owner(self, rest: str) -> None:
        """owner SO WHO"""
        order, who = rest.split()
        self.acts.append(self.door.give_owner(self.documents[order], self.somebody(who).pk))

    def say_worked(self, rest: str) -> None:
        """worked T: ROLE=WHO …"""
        name, _, roles = rest.partition(":")
        said = dict(one.split("=") for one in roles.split())
        people = {role: self.somebody(who).pk for role, who in said.items()}
        self.acts.append(self.door.give_work(self.documents[name], people))

    def say_sought(self, rest: str) -> None:
        """sought Q by WHO"""
        name, _, who = rest.split()
        deal = Quote.objects.get(sheet=self.documents[name]).opportunity_id
        self.acts.append(self.door.give_deal(deal, self.somebody(who).pk))

    def say_hears(self, rest: str) -> None:
        """hears WHO: WORDS; or nothing"""
        who, _, wanted = rest.partition(":")
        while outbox.work(CONSUMERS):
            pass
        told = Notice.objects.filter(user=self.somebody(who), entry=self.acts[-1])
        found = " ".join(told.values_list("text", flat=True))
        assert found == "" if wanted.strip() == "nothing" else wanted.strip() in found, f"hears {found}"

    def say_hears_no(self, rest: str) -> None:
        """hears-no EVENTS"""
        self.acts.append(self.door.hear_nothing(rest.split()))

    def say_event(self, rest: str) -> None:
        """event EVENT on|off"""
        event, word = rest.split()
        self.acts.append(self.door.tell_of(event, active=word == "on"))


def _read(printed: bytes, wanted: str) -> None:
    """Each page has its words."""
    found, expected = pages(printed), [one.split() for one in wanted.split(",")]
    assert len(found) == len(expected), f"there are {len(found)} pages"
    for page, words in zip(found, expected, strict=True):
        assert [word for word in words if word not in page] == [], page
