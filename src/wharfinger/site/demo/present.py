"""What the demo company has on its desks today: something on every page of work."""

from __future__ import annotations

from collections.abc import Iterator

from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.actions.terms import add_terms
from wharfinger.sales.actions.templates import keep_template
from wharfinger.site.demo.story import Chapter, Story


def chapters(story: Story) -> Iterator[Chapter]:
    """Everything that is still open."""
    for chapter in (
        _hotels,
        _school,
        _yard,
        _planning,
        _shore,
        _spares,
        _cables,
        _phones,
        _tills,
        _printer,
        _trainees,
        _tasting,
        _ship,
        _studio,
        _charity,
        _servers,
        _shelves,
        _limited,
        _beforehand,
    ):
        yield chapter(story)


def _hotels(story: Story) -> Chapter:
    """On order, some of it received with one unit refused at the door, one box packed."""
    yield 14
    goods = {"AP-BE3": 16, "AP-OUT": 6, "POE-30": 12, "AP-MNT": 16}
    order = story.order("mara", "C-2015", "Wi-Fi for the guest floors", goods, due=18)
    story.reserve("mara", order, {"POE-30": 12, "AP-MNT": 16, "AP-OUT": 4})
    yield 13
    story.approve(order, "AP-BE3")
    (purchase,) = story.buy([(order, {"AP-BE3": 16, "AP-OUT": 2})])
    yield 6
    story.receive(purchase, {"AP-BE3": 7}, rejected={"AP-BE3": 1}, invoice="HN-88430")
    yield 5
    box = {"POE-30": 6, "AP-MNT": 6, "AP-BE3": 6}
    story.pick(order, box)
    story.pack(order, box, grams=12_800)


def _school(story: Story) -> Chapter:
    """Approved, and on a purchase order that is not yet submitted."""
    yield 9
    goods = {"TC-100": 24, "MON-24": 24, "KB-DE": 24, "MOUSE-W": 24}
    order = story.order("jonas", "C-2011", "Thin clients for room 204", goods, reference="GS-2041", due=21)
    story.reserve("jonas", order, {"TC-100": 10, "MON-24": 10, "KB-DE": 20, "MOUSE-W": 24})
    yield 8
    story.approve(order, "TC-100", "MON-24")
    yield 7
    story.buy([(order, {"TC-100": 14, "MON-24": 14, "KB-DE": 4})], submit=False)


def _yard(story: Story) -> Chapter:
    """One line waits for approval, one is partly at hand, one is reserved."""
    yield 3
    goods = {"NB-RUG": 5, "SCAN-2D": 6, "LOCK-K": 5}
    order = story.order("jonas", "C-2002", "Rugged laptops for the yard", goods, site=1, reference="HK-7788")
    story.reserve("jonas", order, {"LOCK-K": 5, "SCAN-2D": 3})


def _planning(story: Story) -> Chapter:
    """Buying was refused, with a note."""
    yield 6
    order = story.order("jonas", "C-2002", "Workstations for planning", {"NB-CAD": 3, "MON-34": 2})
    story.reserve("jonas", order, {"MON-34": 2})
    yield 5
    story.reject(order, "NB-CAD", note="Please offer the 16 inch laptop instead; the budget is spent.")


def _shore(story: Story) -> Chapter:
    """A dear server waits for approval, a rack is to be ordered."""
    yield 1
    goods = {"SRV-2U": 1, "RACK-42": 1, "UPS-3000": 2, "SVC-NET": 2}
    story.order("mara", "C-2009", "Servers for the shore office", goods, due=25, priority="low")


def _spares(story: Story) -> Chapter:
    """Reserved in part; the rest is to be ordered from different vendors."""
    yield 2
    goods = {"BAT-UPS": 4, "PSU-100": 6, "SSD-4T": 9, "LIC-BAK": 3}
    order = story.order("mara", "C-2006", "Spare parts", goods, due=9)
    story.reserve("mara", order, {"BAT-UPS": 4, "PSU-100": 6, "SSD-4T": 5})


def _cables(story: Story) -> Chapter:
    """All reserved: to be picked."""
    yield 1
    goods = {"CBL-1": 60, "CBL-5": 30, "SFP-1G": 12, "PP-24": 4, "CBL-ROLL": 1250}
    order = story.order("jonas", "C-2010", "Cables and modules for the move", goods, due=4)
    story.reserve("jonas", order)


def _phones(story: Story) -> Chapter:
    """Reserved in the other warehouse: to be picked there."""
    yield 2
    goods = {"TEL-IP": 4, "TEL-DECT": 3, "TEL-BASE": 1}
    order = story.order("jonas", "C-2008", "Phones for the front desk", goods, due=3, priority="urgent")
    story.reserve("jonas", order, at="Munich")


def _tills(story: Story) -> Chapter:
    """Picked: to be packed."""
    yield 4
    order = story.order(
        "mara", "C-2013", "Tills for Freiburg", {"PC-MINI": 2, "TAB-11": 2, "USBC-1": 4}, due=2
    )
    story.reserve("mara", order)
    yield 1
    story.pick(order)


def _printer(story: Story) -> Chapter:
    """Packed into two boxes on a pallet: to be shipped."""
    yield 5
    order = story.order("mara", "C-2016", "Toner and a printer", {"PRN-M": 1, "TON-K": 4}, due=2)
    story.reserve("mara", order)
    yield 1
    story.pick(order)
    printer = story.pack(order, {"PRN-M": 1}, grams=22_400)
    story.stack(printer, story.pack(order, {"TON-K": 4}, grams=2_600))


def _trainees(story: Story) -> Chapter:
    """Shipped in part, invoiced in two instalments, and paid in part."""
    yield 8
    with story.now():
        half = [{"share_micro": 500_000, "days": 7}]
        values = {"name": "In zwei Raten: 7 und 30 Tage", "days": 30, "instalments": half}
        agreed = add_terms(actor=story.users["clara"], values=values).one("parties.Terms")
        change_organization(
            actor=story.users["clara"],
            organization=story.organizations["C-2001"].pk,
            values={"terms": agreed},
        )
    order = story.order(
        "mara", "C-2001", "Laptops for the trainees", {"NB-14": 4, "DOCK-C": 4, "BAG-15": 4}, due=5
    )
    story.reserve("mara", order)
    yield 6
    story.pick(order, {"NB-14": 2, "DOCK-C": 4})
    story.ship(order, {"NB-14": 2, "DOCK-C": 2})
    yield 5
    invoice = story.bill(order, {"NB-14": 2, "DOCK-C": 2})
    yield 2
    story.pay(invoice, percent=40)


def _tasting(story: Story) -> Chapter:
    """Written down this morning, not yet confirmed."""
    yield 0
    story.order("mara", "C-2005", "Tablets for the tasting room", {"TAB-11": 3, "USBC-1": 3}, confirm=False)


def _ship(story: Story) -> Chapter:
    """A quote that was sent and holds goods, which somebody else asks for this morning."""
    yield 4
    goods = {"SW-16": 2, "AP-OUT": 1, "RT-5G": 1, "SVC-TECH": 8}
    quote = story.quote("mara", "C-2009", "Bridge network for MS Möwe III", goods, discount=5, valid=21)
    story.reserve("mara", quote, {"SW-16": 2, "RT-5G": 1})
    yield 3
    story.send("mara", quote)
    yield 0
    other = story.quote("jonas", "C-2018", "Switches in the new studio", {"SW-16": 2}, valid=14)
    story.ask("jonas", other, quote, "SW-16", note="The studio opens on Monday; the ship sails in March.")


def _studio(story: Story) -> Chapter:
    """A quote that was written this morning."""
    yield 0
    goods = {"NB-16": 4, "DOCK-T": 4, "MON-34": 4, "SVC-ROLL": 4}
    quote = story.quote("jonas", "C-2018", "Workplaces in the new studio", goods, valid=14)
    with story.now():
        keep_template(actor=story.users["jonas"], quote=quote.sheet, name="Four workplaces")


def _charity(story: Story) -> Chapter:
    """Who deducts no tax is told prices with it."""
    yield 1
    goods = {"AP-AX2": 3, "SW-16": 1, "SVC-TECH": 2}
    quote = story.quote("jonas", "C-2019", "Wireless in the hall", goods, tax_included=True, valid=21)
    story.send("jonas", quote)


def _servers(story: Story) -> Chapter:
    """Won onto a project: goods reserved, hours ready at once."""
    yield 12
    goods = {"SRV-1U": 1, "UPS-1500": 2, "RACK-12": 1, "PDU-8": 2, "SVC-TECH": 12}
    quote = story.quote("mara", "C-2020", "Server room", goods, discount=4)
    story.send("mara", quote)
    yield 7
    project = story.win("mara", quote, into="project")
    story.reserve("mara", project)


def _shelves(story: Story) -> Chapter:
    """Goods for stock: received in part, on order, and drafted for the other warehouse."""
    yield 11
    goods = {"SSD-2T": 20, "RAM-32": 20, "UPS-1500": 4, "BAT-UPS": 10}
    (partly,) = story.stock_up("V-1004", goods, due=8)
    yield 3
    story.receive(partly, {"SSD-2T": 20, "RAM-32": 12, "BAT-UPS": 10}, invoice="BC-2290")
    yield 2
    story.stock_up("V-1003", {"CBL-05": 200, "CBL-1": 200, "FIB-2": 40}, due=6)
    yield 1
    story.stock_up("V-1001", {"RT-210": 6, "SFP-1G": 40}, at="Munich", submit=False)


def _limited(story: Story) -> Chapter:
    """An order that waits, since its customer owes as much as they may."""
    yield 4
    with story.now():
        values = {"name": "30 Tage, 2 % Skonto", "days": 30, "discount_micro": 20_000, "discount_days": 10}
        agreed = add_terms(actor=story.users["clara"], values=values).one("parties.Terms")
        change_organization(
            actor=story.users["clara"],
            organization=story.organizations["C-2013"].pk,
            values={"terms": agreed},
        )
    story.order("jonas", "C-2013", "Displays for the showroom", {"MON-27": 2, "HUB-7": 4}, due=9)
    yield 1
    who, _contact, _sites = story.customer("C-2013")
    with story.now():
        change_organization(
            actor=story.users["clara"], organization=who.pk, values={"credit_limit_minor": 100_000}
        )


def _beforehand(story: Story) -> Chapter:
    """An order whose deposit is asked for and not yet paid."""
    yield 6
    order = story.order(
        "jonas", "C-2018", "New cabling of the studio", {"SVC-TECH": 12, "SVC-TRAV": 2}, due=20
    )
    yield 5
    story.ask_beforehand(order, 40)
