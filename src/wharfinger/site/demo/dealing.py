"""What the demo company is talking about: an offer in parts, a customer's answer, vendors' offers, a promise in danger."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.documents.actions.sending import written
from wharfinger.documents.kinds import KINDS
from wharfinger.ledger.models import Outbox
from wharfinger.notices.actions import letters
from wharfinger.notices.replies import identity
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.purchasing.actions import ordering, quoting
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.models.quoting import RfqLine
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.confirming import Confirmed
from wharfinger.purchasing.rules.quoting import AnswerWish, Asked, Offered, RfqWish
from wharfinger.sales.actions import quotes, sending
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.site.demo.story import Chapter, Story


def chapters(story: Story) -> Iterator[Chapter]:
    """Everything that somebody still has to answer."""
    for chapter in (_campus, _asked, _rails, _pipeline, _south):
        yield chapter(story)


def _campus(story: Story) -> Chapter:
    """A quote in groups, with a discount on one and on the whole, an alternative, and monitoring by the month."""
    yield 3
    who, contact, sites = story.customer("C-2010")
    assert contact is not None
    product = {sku: one.pk for sku, one in story.products.items()}
    lines = (
        LineWish(product["SVC-MON"], 24, every="month", description="Monitoring, per device and month"),
        LineWish(product["AP-AX2"], 20, group=0),
        LineWish(product["AP-BE3"], 20, group=0, option="alternative", instead=1),
        LineWish(product["AP-MNT"], 20, group=0),
        LineWish(product["SW-24P"], 3, group=0, discount=Discount(30_000)),
        LineWish(product["SVC-NET"], 2, group=1),
        LineWish(product["SVC-TECH"], 16, group=1),
        LineWish(product["SVC-TRAV"], 2, group=1, option="optional"),
    )
    wish = QuoteWish(
        who.pk,
        lines,
        site=sites[0].pk,
        contact=contact.pk,
        title="Wi-Fi and monitoring for the new floors",
        expires_on=story.date(24),
        introduction="As discussed on Tuesday, this is our offer for floors 3 and 4:",
        groups=(GroupWish("Network", 50_000), GroupWish("Work on site")),
        discount_micro=20_000,
    )
    with story.now():
        quote = quotes.create_quote(actor=story.users["mara"], wish=wish).one("sales.Quote")
    with story.now():
        sent = sending.send_quote(actor=story.users["mara"], quote=quote)
        mail = written(KINDS["quote"], quote, {})
        # It left at once, and is not sent again.
        row = Outbox.objects.create(
            entry_id=sent.id, consumer="mail", payload=mail, due_at=clock.now(), finished_at=clock.now()
        )
    yield 1
    answer = EmailMessage()
    answer["From"] = f"{contact.name} <{contact.email}>"
    answer["Subject"] = "Re: Wi-Fi and monitoring for the new floors"
    answer["In-Reply-To"] = identity(row)
    answer["Message-ID"] = f"<{quote}.floors@isarkern.example>"
    answer.set_content(
        "Thank you, this looks good. What would change if we took the Wi-Fi 7 access points on floor 4 only?\n"
        "And could your technicians come on a Saturday?"
    )
    with story.now():
        letters.answer(actor=HOUSE, content=answer.as_bytes())


def _asked(story: Story) -> Chapter:
    """Three vendors are asked for the same goods: one is cheaper, one faster, one has not answered."""
    yield 4
    vendors = [story.organizations[one].pk for one in ("V-1001", "V-1002", "V-1004")]
    goods = {"AP-OUT": 12, "SW-IND": 8}
    wish = RfqWish(
        tuple(vendors),
        tuple(Asked(story.products[sku].pk, units) for sku, units in goods.items()),
        title="Outdoor Wi-Fi for spring",
        answer_by=story.date(7),
        note="Successors are welcome.",
    )
    with story.now():
        rfq = quoting.ask_vendors(actor=story.users["petra"], wish=wish).one("purchasing.Rfq")
    line = {one.product.sku: one.pk for one in RfqLine.objects.filter(rfq_id=rfq).select_related("product")}
    for vendor, days, costs in (
        (vendors[0], 4, {"AP-OUT": 229_500_000, "SW-IND": 238_000_000}),
        (vendors[1], 12, {"AP-OUT": 221_000_000, "SW-IND": None}),
    ):
        yield 3 if days == 4 else 2
        lines = tuple(Offered(line[sku], cost, days) for sku, cost in costs.items())
        answer = AnswerWish(lines, freight_minor=2900, valid_until=story.date(20))
        with story.now():
            quoting.answer_rfq(actor=story.users["petra"], rfq=rfq, vendor=vendor, wish=answer)


def _rails(story: Story) -> Chapter:
    """What nobody has is on order, and its vendor confirmed a later day than the customer was promised."""
    yield 9
    order = story.order("jonas", "C-2006", "Rail switches for the pump houses", {"SW-IND": 3}, due=12)
    story.pay(story.ask_beforehand(order, 30))
    (purchase,) = story.buy([(order, {"SW-IND": 3})])
    yield 2
    (line,) = PurchaseLine.objects.filter(purchase_order_id=purchase, void__isnull=True)
    with story.now():
        ordering.confirm_purchase(
            actor=story.users["petra"],
            order=purchase,
            confirmation="BC-AB-77120",
            lines=[Confirmed(line.pk, story.date(16))],
        )
    yield 1
    # So many of them are dear, so that the order stays as it was until somebody has approved it.
    more = PurchaseChange(change=(LineChange(line.pk, 15),))
    with story.now():
        ordering.amend_purchase(actor=story.users["petra"], order=purchase, change=more)


def _pipeline(story: Story) -> Chapter:
    """Deals at each step: one is won, one is lost, and why."""
    yield 32
    lost = story.opportunity("jonas", "C-2004", "Cameras for the depot", step="qualified", percent=40)
    yield 21
    won = story.opportunity("mara", "C-2001", "Two more desks", step="proposal", percent=70, close=14)
    quote = story.quote("mara", "C-2001", "Two more desks", {"KB-DE": 2, "MOUSE-W": 2}, opportunity=won)
    yield 18
    with story.now():
        quotes.lose_opportunity(
            actor=story.users["jonas"],
            opportunity=lost,
            reason="They extend what they have for two more years.",
        )
    yield 16
    story.win("mara", quote)
    yield 12
    story.opportunity(
        "mara", "C-2009", "Storage for the shore office", step="negotiation", percent=80, close=9
    )
    yield 8
    offered = story.opportunity("jonas", "C-2006", "Alarm dialers", step="proposal", percent=50, close=28)
    story.quote("jonas", "C-2006", "Alarm dialers", {"SW-IND": 2, "SVC-NET": 4}, opportunity=offered)
    yield 5
    story.opportunity("jonas", "C-2011", "Tablets for year 7", step="qualified", percent=30, close=60)
    yield 2
    story.opportunity("mara", "C-2015", "Phones in 120 rooms", close=90)


def _south(story: Story) -> Chapter:
    """What a customer in Munich orders is taken from there first."""
    yield 2
    with story.now():
        change_organization(
            actor=story.users["admin"],
            organization=story.organizations["C-2010"].pk,
            values={"location": story.locations["Munich"].pk},
        )
