"""What happened at the demo company in its last weeks, deal by deal, oldest first."""

from __future__ import annotations

from collections.abc import Callable

from wharfinger.site.demo.story import Story

FOUNDED = 62
"""How many days ago the company began to use Wharfinger."""

# Orders that were served from stock and are done: day, by, customer, title, goods, paid after so many days (None: not yet).
SERVED: tuple[tuple[int, str, str, str, dict[str, int], int | None], ...] = (
    (58, "mara", "C-2001", "Workplaces for two new colleagues", {"NB-14": 2, "DOCK-C": 2, "MON-27": 2, "SVC-ROLL": 2}, 12),
    (56, "jonas", "C-2004", "Network for the office", {"SW-24P": 1, "AP-AX2": 3, "AP-MNT": 3, "CBL-2": 20}, 16),
    (53, "mara", "C-2012", "Router and switch for the workshop", {"RT-210": 1, "SW-08": 2, "SVC-TECH": 3}, 20),
    (50, "mara", "C-2007", "Displays and arms", {"MON-27": 2, "ARM-2": 1, "HDMI-2": 4}, 11),
    (47, "jonas", "C-2010", "Headsets for the team", {"HS-DUO": 8, "HS-USB": 4}, 14),
    (44, "mara", "C-2016", "UPS for the till", {"UPS-850": 2, "BAT-UPS": 1}, 8),
    (41, "jonas", "C-2014", "Laptops for the partners", {"NB-14P": 2, "BAG-15": 2, "PSU-65": 2}, 25),
    (38, "mara", "C-2019", "Wi-Fi for the kindergarten", {"AP-AX2": 2, "AP-MNT": 2, "POE-30": 2, "SVC-TECH": 4}, 20),
    (36, "mara", "C-2006", "Rail switches for the control room", {"SW-IND": 2, "CBL-ROLL": 850, "SVC-NET": 1}, None),
    (33, "jonas", "C-2018", "Storage for the studio", {"NAS-4": 1, "HDD-8T": 4}, 5),
    (30, "mara", "C-2017", "Scanner and label printer", {"SCAN-2D": 2, "PRN-LBL": 1}, None),
    (26, "mara", "C-2020", "Firewall for the works", {"FW-60": 1, "RT-5G": 1, "SVC-REM": 2}, 14),
    (22, "jonas", "C-2008", "Mini PCs for the laboratory", {"PC-MINI": 3, "KB-DE": 3, "MOUSE-W": 3}, 8),
)


def tell(story: Story) -> Chapter:
    """Tell it all."""
    for day, by, customer, title, goods, paid in SERVED:
        _served(story, day, by, customer, title, goods, paid)
    for chapter in CHAPTERS:
        chapter(story)


def _served(story: Story, day: int, by: str, customer: str, title: str, goods: dict[str, int], paid: int | None) -> None:
    deal = story.order(day, by, customer, title, goods)
    story.reserve(day, by, deal)
    story.pick(day - 1, deal)
    story.ship_boxes(day - 1, story.pack(day - 1, deal)) if _plain(story, goods) else story.ship(day - 1, deal)
    invoice = story.bill(day - 2, deal)
    if paid is not None:
        story.pay(day - 2 - paid, invoice)


def _plain(story: Story, goods: dict[str, int]) -> bool:
    """Whether nothing among the goods gets its serial number only on the way out."""
    return all(story.products[sku].traced_from == "receipt" for sku in goods)


def _clinic(story: Story) -> Chapter:
    """A large deal: won after a hold, one line approved, bought, received in two parts, shipped in two."""
    goods = {"SW-48X": 2, "SW-24P": 4, "AP-BE3": 10, "SFP-10G": 16, "FIB-10": 8, "SVC-NET": 3}
    yield 34
    quote = story.quote("mara", "C-2003", "New network for Klinik Kiel", goods, discount=8)
    story.send("mara", quote)
    yield 33
    story.reserve("mara", quote, quote.only(AP_BE3=10, SW_24P=4))
    yield 27
    order = story.win("mara", quote)
    story.reserve("mara", order, order.only(SFP_10G=16, FIB_10=8, SW_48X=1))
    yield 26
    story.approve(order, "SW-48X", note="Within the budget of the project")
    (purchase,) = story.buy([(order, {"SW-48X": 1})])
    yield 20
    story.receive(purchase, invoice="HN-88121")
    yield 19
    story.pick(order, order.only(SW_24P=4, AP_BE3=10, SFP_10G=16))
    box = story.pack(order, order.only(SW_24P=4, AP_BE3=10, SFP_10G=16), grams=31_500)
    yield 18
    first = story.ship_boxes(box, proof=True)
    yield 17
    story.deliver(first, "B. Lorenz")
    yield 16
    story.bill(order, order.only(SW_24P=4, AP_BE3=10, SFP_10G=16))
    yield 4
    story.pick(order, order.only(SW_48X=2, FIB_10=8))
    yield 3
    story.ship(order, order.only(SW_48X=2), proof=True)


def _schools(story: Story) -> Chapter:
    """Thin clients for a school: approved, drafted, not yet submitted."""
    yield 9
    order = story.order("jonas", "C-2011", "Thin clients for room 204", {"TC-100": 24, "MON-24": 24, "KB-DE": 24, "MOUSE-W": 24}, reference="GS-2041", due=21)
    story.reserve("jonas", order, order.only(TC_100=10, MON_24=10, KB_DE=20, MOUSE_W=24))
    yield 8
    story.approve(order, "TC-100", "MON-24")
    yield 7
    story.buy([(order, {"TC-100": 14, "MON-24": 14, "KB-DE": 4})], submit=False)


def _hotels(story: Story) -> Chapter:
    """Wi-Fi for two hotels: on order, half of it received with one unit refused, one box packed."""
    yield 14
    order = story.order("mara", "C-2015", "Wi-Fi for the guest floors", {"AP-BE3": 16, "AP-OUT": 6, "POE-30": 12, "AP-MNT": 16}, due=18)
    story.reserve("mara", order, order.only(POE_30=12, AP_MNT=16, AP_OUT=4))
    yield 13
    story.approve(order, "AP-BE3")
    (purchase,) = story.buy([(order, {"AP-BE3": 16, "AP-OUT": 2})])
    yield 6
    story.receive(purchase, {"AP-BE3": 7}, rejected={"AP-BE3": 1}, invoice="HN-88430")
    yield 5
    story.pick(order, order.only(POE_30=6, AP_MNT=6, AP_BE3=6))
    story.pack(order, order.only(POE_30=6, AP_MNT=6, AP_BE3=6), grams=12_800)


def _logistics(story: Story) -> Chapter:
    """Rugged laptops and scanners: waiting for approval, and one rejected."""
    yield 3
    order = story.order("jonas", "C-2002", "Rugged laptops for the yard", {"NB-RUG": 5, "SCAN-2D": 6, "LOCK-K": 5}, site=1, reference="HK-7788")
    story.reserve("jonas", order, order.only(LOCK_K=5, SCAN_2D=3))
    yield 6
    rejected = story.order("jonas", "C-2002", "Workstations for planning", {"NB-CAD": 3, "MON-34": 2})
    story.reserve("jonas", rejected, rejected.only(MON_34=2))
    yield 5
    story.reject(rejected, "NB-CAD", note="Please offer the 16 inch laptop instead; the budget is spent.")


def _waiting(story: Story) -> Chapter:
    """Approval asked for today, needs to order, and reservations with nothing to wait for."""
    yield 1
    story.order("mara", "C-2009", "Servers for the shore office", {"SRV-2U": 1, "RACK-42": 1, "UPS-3000": 2, "SVC-NET": 2}, due=25)
    yield 2
    small = story.order("mara", "C-2006", "Spare parts", {"BAT-UPS": 4, "PSU-100": 6, "SSD-4T": 9, "LIC-BAK": 3}, due=9)
    story.reserve("mara", small, small.only(BAT_UPS=4, PSU_100=6, SSD_4T=7))
    yield 1
    cables = story.order("jonas", "C-2010", "Cables and modules for the move", {"CBL-1": 60, "CBL-5": 30, "SFP-1G": 12, "PP-24": 4, "CBL-ROLL": 1250}, due=4)
    story.reserve("jonas", cables)
    yield 2
    munich = story.order("jonas", "C-2008", "Phones for the front desk", {"TEL-IP": 4, "TEL-DECT": 3, "TEL-BASE": 1}, due=3)
    story.reserve("jonas", munich, at="Munich")
    yield 4
    picked = story.order("mara", "C-2013", "Tills for Freiburg", {"PC-MINI": 2, "TAB-11": 2, "USBC-1": 4}, due=2)
    story.reserve("mara", picked)
    yield 1
    story.pick(picked, by="lale")
    yield 5
    packed = story.order("mara", "C-2016", "Toner and a printer", {"PRN-M": 1, "TON-K": 4}, due=2)
    story.reserve("mara", packed)
    yield 1
    story.pick(packed, by="lale")
    story.pack(packed, grams=22_400)
    yield 8
    partly = story.order("mara", "C-2001", "Laptops for the trainees", {"NB-14": 4, "DOCK-C": 4, "BAG-15": 4}, due=5)
    story.reserve("mara", partly)
    yield 6
    story.pick(partly, partly.only(NB_14=2, DOCK_C=4))
    story.ship(partly, partly.only(NB_14=2, DOCK_C=2))
    yield 2
    story.pay(story.bill(partly, partly.only(NB_14=2, DOCK_C=2)), percent=40)
    yield 0
    story.order("mara", "C-2005", "Tablets for the tasting room", {"TAB-11": 3, "USBC-1": 3}, confirm=False)


def _quotes(story: Story) -> Chapter:
    """Quotes: open and holding, sent, lost, and one won onto a project."""
    yield 4
    held = story.quote("mara", "C-2009", "Bridge network for MS Möwe III", {"SW-16": 2, "AP-OUT": 1, "RT-5G": 1, "SVC-TECH": 8}, discount=5, valid=21)
    story.reserve("mara", held, held.only(SW_16=2, RT_5G=1))
    yield 3
    story.send("mara", held)
    yield 29
    lost = story.quote("jonas", "C-2004", "Video bars for the meeting rooms", {"BAR-M": 3, "CAM-4K": 2}, discount=3)
    story.send("jonas", lost)
    yield 15
    story.lose("jonas", lost, "Chose a rental offer")
    yield 0
    story.quote("jonas", "C-2018", "Workplaces in the new studio", {"NB-16": 4, "DOCK-T": 4, "MON-34": 4, "SVC-ROLL": 4}, valid=14)
    yield 12
    project = story.quote("mara", "C-2020", "Server room", {"SRV-1U": 1, "UPS-1500": 2, "RACK-12": 1, "PDU-8": 2, "SVC-TECH": 12}, discount=4)
    story.send("mara", project)
    yield 7
    charges = story.win("mara", project, into="project")
    story.reserve("mara", charges)
    yield 20
    contract = story.quote("jonas", "C-2013", "Monitoring for two branches", {"SVC-MON": 36}, valid=30)
    yield 18
    story.win("jonas", contract, into="contract")


def _stock(story: Story) -> Chapter:
    """Orders for stock in each state, and one that was cancelled by the vendor's word."""
    yield 40
    (arrived,) = story.stock_up("V-1002", {"NB-14": 6, "DOCK-C": 6, "MON-24": 8, "MOUSE-W": 20}, due=4, granted=("NB-14",))
    yield 35
    story.receive(arrived, invoice="RT-55310")
    yield 11
    (partly,) = story.stock_up("V-1004", {"SSD-2T": 20, "RAM-32": 20, "UPS-1500": 4, "BAT-UPS": 10}, due=8)
    yield 3
    story.receive(partly, {"SSD-2T": 20, "RAM-32": 12, "BAT-UPS": 10}, invoice="BC-2290")
    yield 2
    story.stock_up("V-1003", {"CBL-05": 200, "CBL-1": 200, "FIB-2": 40}, due=6)
    yield 1
    story.stock_up("V-1001", {"RT-210": 6, "SFP-1G": 40}, at="Munich", submit=False)


CHAPTERS: tuple[Callable[[Story], None], ...] = (_stock, _clinic, _hotels, _schools, _logistics, _waiting, _quotes)
