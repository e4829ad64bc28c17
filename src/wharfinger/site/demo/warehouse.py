"""How the demo company keeps its goods: at which prices, in which quantities, counted, moved, built and held."""

from __future__ import annotations

from collections.abc import Iterator

from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.actions.families import add_family, join_family
from wharfinger.catalog.actions.substitutes import set_substitutes
from wharfinger.catalog.queries import category_of
from wharfinger.fulfilment.actions.runs import pick_in_run, short_pick, start_run
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.short import Short
from wharfinger.ledger.models import Holding
from wharfinger.parties.actions.groups import add_customer_group
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.actions.own_fields import add_own_field
from wharfinger.pricing.actions import add_price_list
from wharfinger.purchasing.actions.billing import enter_bill
from wharfinger.purchasing.actions.landing import land_cost
from wharfinger.purchasing.actions.paying import pay_bills
from wharfinger.purchasing.models import Receipt
from wharfinger.purchasing.queries import paying
from wharfinger.purchasing.queries.bills import bills, due
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.landing import Cost
from wharfinger.purchasing.rules.paying import Part, PayWish
from wharfinger.purchasing.rules.taxing import sums
from wharfinger.site.demo import goods
from wharfinger.site.demo.story import Chapter, Story
from wharfinger.stock.actions import building, counts, transfers
from wharfinger.stock.actions.goods import adjust, correct_serial, hold
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.actions.reasons import add_reason
from wharfinger.stock.models import Bin
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.building import Build
from wharfinger.stock.rules.counting import Scope, Tally
from wharfinger.stock.rules.keeping import Keep
from wharfinger.stock.rules.moving import Goods
from wharfinger.stock.rules.transferring import Arrived, Sent, TransferWish


def arrange(story: Story) -> None:
    """Say what does as well, how many are kept where, why goods come and go, and who pays the same prices."""
    with story.now():
        for asked in goods.OWN_FIELDS:
            add_own_field(actor=HOUSE, values=asked)
        for sku, units in goods.HEIGHTS.items():
            change_product(actor=HOUSE, product=story.products[sku].pk, values={"own": {"height": units}})
        lengths = [{"value": length} for _sku, length in goods.CABLES]
        attributes = [{"name": "Length", "values": lengths}]
        named = {"name": "Patch cable Cat. 6A", "attributes": attributes}
        family = add_family(actor=HOUSE, values=named)
        for sku, length in goods.CABLES:
            cable, of = story.products[sku].pk, family.one("catalog.Family")
            join_family(actor=HOUSE, family=of, product=cable, values=[length])
        for sku, others in goods.SUBSTITUTES.items():
            ids = [story.products[other].pk for other in others]
            set_substitutes(actor=HOUSE, product=story.products[sku].pk, others=ids)
        for one in goods.LEVELS:
            source = story.locations[one.source].pk if one.source else None
            keep = Keep(one.minimum, one.maximum, reorder_quantity=one.at_a_time, source=source)
            product, location = story.products[one.sku].pk, story.locations[one.location].pk
            set_level(actor=HOUSE, product=product, location=location, keep=keep)
        for name, uses, note in goods.REASONS:
            add_reason(actor=HOUSE, values={"name": name, "uses": list(uses), "note_required": note})
        for name, members in goods.GROUPS.items():
            group = add_customer_group(actor=HOUSE, values={"name": name}).one("parties.CustomerGroup")
            story.groups[name] = group
            for reference in members:
                who = story.organizations[reference].pk
                change_organization(actor=HOUSE, organization=who, values={"customer_group": group})


def chapters(story: Story) -> Iterator[Chapter]:
    """Everything that happens on the shelves."""
    for chapter in (
        _prices,
        _freight,
        _bills,
        _kept,
        _held,
        _lost,
        _misread,
        _built,
        _sent_and_received,
        _sent,
        _written,
        _counted,
        _under_review,
        _blind,
        _workplaces,
        _together,
    ):
        yield chapter(story)


def _prices(story: Story) -> Chapter:
    """Price lists: for two groups, and for everybody until the end of the season."""
    yield 21
    lists = (
        (
            "Resellers",
            "Resellers",
            None,
            {
                "NB-14": (("0", "979.00"), ("10", "949.00")),
                "NB-16": (("0", "1595.00"),),
                "MON-34": (("0", "515.00"),),
                "DOCK-T": (("0", "255.00"), ("10", "246.00")),
                "AP-BE3": (("0", "255.00"), ("20", "239.00")),
            },
        ),
        (
            "Schools",
            "Education and charity",
            None,
            {"TC-100": (("0", "299.00"), ("20", "285.00")), "MON-24": (("0", "179.00"), ("20", "172.00"))},
        ),
        (
            "Network weeks",
            None,
            30,
            {"AP-AX2": (("0", "139.00"), ("10", "129.00")), "SW-16": (("0", "165.00"),)},
        ),
    )
    for name, group, days, prices in lists:
        values: dict[str, object] = {"name": name, "currency": "EUR", "valid_from": story.date().isoformat()}
        if group:
            values["customer_group"] = story.groups[group]
        if days:
            values["valid_until"] = story.date(21 + days).isoformat()
        items = [
            {"product": story.products[sku].pk, "from_quantity": start, "price": price}
            for sku, steps in prices.items()
            for start, price in steps
        ]
        with story.now():
            add_price_list(actor=story.users["admin"], values=values, items=items)


def _freight(story: Story) -> Chapter:
    """The freight of a receipt, spread over what it brought."""
    yield 33
    receipt = Receipt.objects.order_by("-pk")[0]
    cost = Cost("Freight", 8900, vendor=story.organizations["V-1002"].pk, reference="RT-55311")
    with story.now():
        land_cost(actor=story.users["clara"], receipt=receipt.pk, cost=cost)


def _bills(story: Story) -> Chapter:
    """Vendors bill what came: two as ordered, of which one is paid less cash discount; one dearer, which waits.

    Of the newest receipts none has come yet.
    """
    yield 5
    first, second, third = Receipt.objects.order_by("pk")[:3]
    for receipt, dearer in ((first, 1), (second, 1.02), (third, 1)):
        rows = due(receipts=[receipt.pk])
        lines = tuple(
            BillLine(
                one.line.pk, receipt.pk, one.left, round(one.stands.booked_micro * dearer / 10_000) * 10_000
            )
            for one in rows
        )
        number = receipt.vendor_invoice_number or f"R-{receipt.number}"
        nets = [
            (
                one.stands.booked_micro * one.left // (10_000 * 10**one.line.product.quantity_decimals),
                one.line.tax_code,
            )
            for one in rows
        ]
        bill = Bill(number, story.date(), lines, due_on=story.date(30), tax_minor=sums(nets, 0).tax)
        with story.now():
            made = enter_bill(actor=story.users["clara"], bill=bill).one("purchasing.VendorBill")
    yield 3
    row = bills().get(pk=made)
    less = paying.may_be_taken(row, story.date())
    with story.now():
        wish = PayWish((Part(made, None, less),), method="transfer", reference=row.number)
        pay_bills(actor=story.users["clara"], wish=wish)


def _kept(story: Story) -> Chapter:
    """A clinic's own devices, kept until its new wing is ready."""
    yield 24
    clinic, place = story.organizations["C-2003"].pk, story.locations["Hamburg"].place_id
    shelf = _bin(story, "Hamburg", "C-02").place_id
    numbers = story.numbers("PC-MINI", 3)
    items = [
        Adjustment(story.products["PC-MINI"].pk, 3, place, shelf, serials=numbers, owner=clinic),
        Adjustment(story.products["MON-24"].pk, 3, place, shelf, owner=clinic, field="items.1."),
    ]
    with story.now():
        adjust(actor=story.users["wim"], items=items, reason="Found", note="Until the new wing opens")


def _held(story: Story) -> Chapter:
    """A dock that is looked at before anybody gets it."""
    yield 4
    what = Goods(story.products["HUB-7"].pk, 2, story.locations["Hamburg"].place_id)
    with story.now():
        hold(
            actor=story.users["lale"],
            goods=what,
            reason="Waits for the vendor's advice",
            note="The plugs get hot",
        )


def _lost(story: Story) -> Chapter:
    """A box that fell off the forklift."""
    yield 15
    items = [Adjustment(story.products["TON-K"].pk, -2, story.locations["Hamburg"].place_id)]
    with story.now():
        adjust(actor=story.users["wim"], items=items, reason="Damaged", note="Fell off the forklift")


def _misread(story: Story) -> Chapter:
    """A serial number that was read wrongly."""
    yield 25
    unit = Holding.objects.filter(
        product=story.products["RT-900"], quantity=1, claim=0, kind="bin"
    ).select_related("lot")[0]
    with story.now():
        correct_serial(
            actor=story.users["lale"], lot=unit.lot_id, serial=f"{unit.lot.code}B", reason="B and 8 mixed up"
        )


def _built(story: Story) -> Chapter:
    """Wall cabinets are fitted, a NAS gets its disks."""
    yield 8
    hamburg = story.locations["Hamburg"].place_id
    with story.now():
        fitted = Build(story.products["RACK-SET"].pk, 2, hamburg, extra_minor=3000)
        building.build(actor=story.users["admin"], build=fitted, reason="For the shop window")
    yield 7
    with story.now():
        numbers = story.numbers("NAS-SET", 1)
        tested = Build(story.products["NAS-SET"].pk, 1, hamburg, serials=numbers)
        building.build(actor=story.users["wim"], build=tested)


def _transfer(story: Story, by: str, to: str, wanted: dict[str, int], note: str) -> int:
    lines = tuple(Sent(story.products[sku].pk, n) for sku, n in wanted.items())
    wish = TransferWish(story.locations["Hamburg"].pk, story.locations[to].pk, lines, story.date(2), note)
    with story.now():
        made = transfers.draft_transfer(actor=story.users[by], wish=wish)
    return made.one("stock.TransferOrder")


def _sent_and_received(story: Story) -> Chapter:
    """A transfer that came, one unit of it damaged."""
    yield 18
    order = _transfer(story, "wim", "Munich", {"HS-USB": 6, "PSU-65": 10}, "Refill for Munich")
    with story.now():
        transfers.send_transfer(actor=story.users["wim"], order=order)
    yield 16
    arrived = [
        Arrived(story.products["HS-USB"].pk, 6, damaged=1),
        Arrived(story.products["PSU-65"].pk, 10),
    ]
    with story.now():
        transfers.receive_transfer(actor=story.users["lale"], order=order, arrived=arrived)


def _sent(story: Story) -> Chapter:
    """A transfer that is on its way."""
    yield 1
    order = _transfer(story, "wim", "Munich", {"RT-HOME": 3, "CBL-1": 40, "USBC-1": 8}, "Night carrier")
    with story.now():
        transfers.send_transfer(actor=story.users["wim"], order=order)


def _written(story: Story) -> Chapter:
    """A transfer that is only written down."""
    yield 0
    _transfer(story, "timo", "Van Timo", {"PSU-65": 4, "SFP-1G": 6}, "For the week")


def _begun(story: Story, location: str, scope: Scope, note: str, *, blind: bool = False) -> int:
    with story.now():
        at = story.locations[location].pk
        made = counts.begin_count(actor=story.users["lale"], location=at, scope=scope, note=note, blind=blind)
    return made.one("stock.Count")


def _tell(story: Story, count: int, shelf: Bin, off: list[int]) -> None:
    """Write down what stands in a bin; of the first loose products so many more or fewer."""
    there: dict[tuple[int, str], tuple[int, list[str]]] = {}
    rows = Holding.objects.filter(place=shelf.place_id, quantity__gt=0, owned=True).select_related("lot")
    for row in rows.order_by("product__sku", "pk"):
        code = "" if row.lot.serial else row.lot.code
        units, serials = there.get((row.product_id, code), (0, []))
        named = [*serials, row.lot.code] if row.lot.serial else serials
        there[row.product_id, code] = units + row.quantity, named
    left = iter(off)
    tallies = [
        Tally(
            product,
            shelf.place_id,
            units + (0 if serials or batch else next(left, 0)),
            serials=tuple(serials),
            batch=batch,
            field=f"lines.{n}.",
        )
        for n, ((product, batch), (units, serials)) in enumerate(there.items())
    ]
    with story.now():
        counts.record_count(actor=story.users["lale"], count=count, tallies=tallies)


def _bin(story: Story, location: str, name: str) -> Bin:
    return Bin.objects.get(location=story.locations[location], name=name)


def _counted(story: Story) -> Chapter:
    """A bin that was counted: something turned up, something lacks, and it is posted."""
    yield 12
    shelf = _bin(story, "Munich", "M-02")
    count = _begun(story, "Munich", Scope(bins=(shelf.pk,)), "Monthly")
    _tell(story, count, shelf, [0, 1, 0, -1])
    with story.now():
        counts.review_count(actor=story.users["admin"], count=count)
    with story.now():
        counts.complete_count(actor=story.users["admin"], count=count)


def _under_review(story: Story) -> Chapter:
    """A bin that was counted this morning; somebody looks at the differences."""
    yield 0
    shelf = _bin(story, "Hamburg", "B-02")
    count = _begun(story, "Hamburg", Scope(bins=(shelf.pk,)), "Quarter")
    _tell(story, count, shelf, [-1, 0, 2])


def _blind(story: Story) -> Chapter:
    """A count that has only begun, without the figures of the books."""
    yield 0
    _begun(
        story,
        "Hamburg",
        Scope(category=category_of("Workplace / Accessories")),
        "Without the books",
        blind=True,
    )


def _workplaces(story: Story) -> Chapter:
    """Whole workplaces, sold as one line each: some are reserved, one is picked."""
    yield 2
    order = story.order("jonas", "C-2010", "Workplaces for the new team", {"KIT-WP": 3, "KIT-MEET": 1}, due=6)
    story.reserve("jonas", order, {"KIT-WP": 2, "KIT-MEET": 1})
    yield 1
    story.pick(order, {"KIT-WP": 1})


def _together(story: Story) -> Chapter:
    """Two orders are picked in one run, each into its tote; one line is done, of one a unit was not in its bin."""
    yield 2
    office = story.order("mara", "C-2004", "Docks and headsets", {"DOCK-C": 2, "HS-USB": 3}, due=3)
    shop = story.order("jonas", "C-2007", "Cables for the shop", {"CBL-1": 12, "USBC-1": 4}, due=2)
    yield 0
    wim, hamburg = story.users["wim"], story.locations["Hamburg"].pk
    with story.now():
        begun = start_run(actor=wim, location=hamburg, orders=[office.sheet, shop.sheet])
    run = begun.one("fulfilment.PickRun")
    with story.now():
        pick_in_run(actor=wim, run=run, picks=[Pick(shop.lines["CBL-1"], 12)])
    there = Holding.objects.filter(claim=office.lines["HS-USB"], kind="bin", quantity__gt=0).order_by("pk")[0]
    lacks = Short(office.lines["HS-USB"], there.place_id, 1, then="order")
    with story.now():
        short_pick(actor=wim, run=run, short=lacks, reason="Not in its bin", note="The headset box is empty")
