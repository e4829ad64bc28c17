"""What the demo company has done, deal by deal; each chapter yields how many days ago it goes on."""

from __future__ import annotations

from collections.abc import Iterator

from wharfinger.site.demo.story import Chapter, Story

FOUNDED = 62
"""How many days ago the company began to use Wharfinger."""

# Served from stock: days ago, by, customer, title, goods, paid after so many days (None: not yet).
SERVED: tuple[tuple[int, str, str, str, dict[str, int], int | None], ...] = (
    (
        58,
        "mara",
        "C-2001",
        "Workplaces for new colleagues",
        {"NB-14": 2, "DOCK-C": 2, "MON-27": 2, "SVC-ROLL": 2},
        12,
    ),
    (
        56,
        "jonas",
        "C-2004",
        "Network for the office",
        {"SW-24P": 1, "AP-AX2": 3, "AP-MNT": 3, "CBL-2": 20},
        16,
    ),
    (53, "mara", "C-2012", "Router for the workshop", {"RT-210": 1, "SW-08": 2, "SVC-TECH": 3}, 20),
    (50, "mara", "C-2007", "Displays and arms", {"MON-27": 2, "ARM-2": 1, "HDMI-2": 4}, 11),
    (47, "jonas", "C-2010", "Headsets for the team", {"HS-DUO": 8, "HS-USB": 4}, 14),
    (44, "mara", "C-2016", "UPS for the till", {"UPS-850": 2, "BAT-UPS": 1}, 8),
    (41, "jonas", "C-2014", "Laptops for the partners", {"NB-14P": 2, "BAG-15": 2, "PSU-65": 2}, 25),
    (
        38,
        "mara",
        "C-2019",
        "Wi-Fi for the kindergarten",
        {"AP-AX2": 2, "AP-MNT": 2, "POE-30": 2, "SVC-TECH": 4},
        20,
    ),
    (55, "mara", "C-2006", "Rail switches", {"SW-IND": 2, "CBL-ROLL": 850, "SVC-NET": 1}, None),
    (33, "jonas", "C-2018", "Storage for the studio", {"NAS-4": 1, "HDD-8T": 4}, 5),
    (30, "mara", "C-2017", "Scanner and label printer", {"SCAN-2D": 2, "PRN-LBL": 1}, None),
    (26, "mara", "C-2020", "Firewall for the works", {"FW-60": 1, "RT-5G": 1, "SVC-REM": 2}, 14),
    (24, "mara", "C-2021", "Network for the reception", {"RT-210": 1, "SW-08": 2}, None),
    (22, "jonas", "C-2008", "Mini PCs for the laboratory", {"PC-MINI": 3, "KB-DE": 3, "MOUSE-W": 3}, 8),
)


def chapters(story: Story) -> Iterator[Chapter]:
    """Everything that is over."""
    for day, by, customer, title, goods, paid in SERVED:
        yield _served(story, day, by, customer, title, goods, paid)
    yield _reminded(story)
    yield _credited(story)
    yield _clinic(story)
    yield _branch(story)
    yield _lost(story)
    yield _cancelled(story)
    yield _restocked(story)


def _served(
    story: Story, day: int, by: str, customer: str, title: str, goods: dict[str, int], paid: int | None
) -> Chapter:
    """Sold from stock, packed where it fits into a box, and invoiced."""
    yield day
    deal = story.order(by, customer, title, goods)
    story.reserve(by, deal)
    yield day - 1
    story.pick(deal)
    if all(story.products[sku].traced_from == "receipt" for sku in goods):
        story.ship_boxes(story.pack(deal))
    else:
        story.ship(deal)
    yield day - 2
    invoice = story.bill(deal)
    if paid is not None:
        yield day - 2 - paid
        story.pay(invoice)


def _reminded(story: Story) -> Chapter:
    """A customer who pays nothing is reminded twice."""
    yield 15
    story.remind("C-2006")
    yield 1
    story.remind("C-2006")


def _credited(story: Story) -> Chapter:
    """A headset came broken: it is credited, and the credit note mailed."""
    yield 25
    deal = story.order("jonas", "C-2010", "Headsets for the reception", {"HS-DUO": 2})
    story.reserve("jonas", deal)
    yield 24
    story.pick(deal)
    story.ship(deal)
    yield 23
    invoice = story.bill(deal)
    yield 19
    story.credit(invoice, "Broken when it arrived")


def _clinic(story: Story) -> Chapter:
    """A large deal: quoted, held, won, one line approved and bought, delivered against a signature."""
    goods = {"SW-48X": 2, "SW-24P": 4, "AP-BE3": 10, "SFP-10G": 16, "FIB-10": 8, "SVC-NET": 3}
    yield 34
    quote = story.quote("mara", "C-2003", "New network for Klinik Kiel", goods, discount=8)
    story.send("mara", quote)
    yield 33
    story.reserve("mara", quote, {"AP-BE3": 10, "SW-24P": 4})
    yield 27
    order = story.win("mara", quote)
    story.reserve("mara", order, {"SFP-10G": 16, "FIB-10": 8, "SW-48X": 1})
    yield 26
    story.approve(order, "SW-48X", note="Within the budget of the project")
    (purchase,) = story.buy([(order, {"SW-48X": 1})])
    yield 20
    story.receive(purchase, invoice="HN-88121")
    yield 19
    first = {"SW-24P": 4, "AP-BE3": 10, "SFP-10G": 16}
    story.pick(order, first)
    box = story.pack(order, first, grams=31_500)
    yield 18
    shipment = story.ship_boxes(box, proof=True)
    yield 17
    story.deliver(shipment, "B. Lorenz")
    yield 16
    invoice = story.bill(order, first)
    yield 4
    story.pick(order, {"SW-48X": 2, "FIB-10": 8})
    story.pay(invoice)
    yield 3
    story.ship(order, {"SW-48X": 2}, proof=True)


def _branch(story: Story) -> Chapter:
    """Services won onto a contract, of which a part is invoiced."""
    yield 20
    quote = story.quote("jonas", "C-2013", "Monitoring for two branches", {"SVC-MON": 36}, valid=30)
    yield 18
    contract = story.win("jonas", quote, into="contract")
    yield 10
    story.bill(contract, {"SVC-MON": 12})


def _lost(story: Story) -> Chapter:
    """A quote that somebody else won."""
    yield 29
    quote = story.quote(
        "jonas", "C-2004", "Video bars for the meeting rooms", {"BAR-M": 3, "CAM-4K": 2}, discount=3
    )
    story.send("jonas", quote)
    yield 15
    story.lose("jonas", quote, "Chose a rental offer")


def _cancelled(story: Story) -> Chapter:
    """An order that the customer took back before anything happened."""
    yield 13
    order = story.order("jonas", "C-2005", "Camera for the brewing hall", {"CAM-4K": 1, "USBC-1": 1})
    story.reserve("jonas", order)
    yield 12
    story.cancel("jonas", order, "The hall is rebuilt first")


def _restocked(story: Story) -> Chapter:
    """Goods for stock: ordered, approved where they are dear, and received."""
    yield 40
    dear = ("NB-14",)
    (purchase,) = story.stock_up(
        "V-1002", {"NB-14": 6, "DOCK-C": 6, "MON-24": 8, "MOUSE-W": 20}, granted=dear
    )
    yield 35
    story.receive(purchase, invoice="RT-55310")
