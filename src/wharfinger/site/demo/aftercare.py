"""What came after the sale: devices, subscriptions, returns, a swap, and work on customers' premises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from wharfinger.base import clock, configuration
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.devices.actions import installing, keeping
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.models import Lot
from wharfinger.returns.actions import claiming, inspecting, recalling, receiving, requesting, swapping
from wharfinger.returns.models import RmaLine
from wharfinger.returns.queries.recalls import units_by_owner
from wharfinger.returns.rules.claim_answers import Answered
from wharfinger.returns.rules.claiming import Faulty
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.recalling import Recalled
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.replacing import Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.site.demo.story import Chapter, Story
from wharfinger.stock.actions import lending
from wharfinger.stock.actions.goods import transfer
from wharfinger.stock.rules.lending import Borrower
from wharfinger.stock.rules.moving import Goods, Transfer
from wharfinger.work import actions as work
from wharfinger.work.models import JobType
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision

POOL = "Rental pool"
INSTALLED: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    # How many days ago, the order by its title, what was installed of it.
    (55, "Workplaces for new colleagues", ("NB-14", "DOCK-C")),
    (52, "Network for the office", ("SW-24P", "AP-AX2")),
    (50, "Router for the workshop", ("RT-210",)),
    (41, "UPS for the till", ("UPS-850",)),
    (38, "Laptops for the partners", ("NB-14P",)),
    (34, "Wi-Fi for the kindergarten", ("AP-AX2",)),
    (30, "Storage for the studio", ("NAS-4",)),
    (23, "Firewall for the works", ("FW-60", "RT-5G")),
    (19, "Mini PCs for the laboratory", ("PC-MINI",)),
)


def chapters(story: Story) -> Iterator[Chapter]:
    """Everything that came after the sale."""
    for day, title, skus in INSTALLED:
        yield _installed(story, day, title, skus)
    for chapter in (
        _subscribed,
        _swapped,
        _headsets,
        _asked,
        _overruled,
        _underway,
        _expected,
        _brought_back,
        _job_types,
        _job,
        _replaced_on_a_job,
        _late_pick_up,
        _swap_due,
        _installation_ahead,
        _ticket,
        _ticket_about_a_firewall,
        _loan,
        _claims,
        _borrowed,
        _recalled,
    ):
        yield chapter(story)


def _installed(story: Story, day: int, title: str, skus: Sequence[str]) -> Chapter:
    """Units of an order become devices with a warranty."""
    yield day
    deal = story.deals[title]
    items = [Installation(line=deal.lines[sku], quantity=deal.quantities[sku]) for sku in skus]
    with story.now():
        installing.install(actor=story.users["timo"], items=items)


def device_of(story: Story, sku: str, customer: str) -> Device:
    """The first device of a product that a customer has."""
    found = Device.objects.filter(
        product=story.products[sku], organization=story.organizations[customer], removed_on=None
    )
    return found.order_by("pk")[0]


def _subscribed(story: Story) -> Chapter:
    """A firewall that a subscription needs."""
    yield 22
    wish = SubscriptionWish(
        organization=story.organizations["C-2020"].pk,
        product=story.products["LIC-FW"].pk,
        device=device_of(story, "FW-60", "C-2020").pk,
        starts_on=story.date(),
    )
    with story.now():
        keeping.subscribe(actor=story.users["timo"], wish=wish)


def _swapped(story: Story) -> Chapter:
    """A UPS that failed is exchanged; the new one takes over its warranty."""
    yield 9
    old = device_of(story, "UPS-850", "C-2016")
    with story.now():
        swapping.swap(actor=story.users["admin"], swap=Swap(old.pk, Incoming(), reason="Beeps under load"))


def ask_back(story: Story, customer: str, asked: Sequence[Asked]) -> tuple[int, list[int]]:
    """An RMA that sales asks for, and its lines."""
    with story.now():
        made = requesting.request(
            actor=story.users["mara"], organization=story.organizations[customer].pk, items=asked
        )
    rma = made.one("returns.Rma")
    return rma, list(RmaLine.objects.filter(rma_id=rma).order_by("position").values_list("pk", flat=True))


def _headsets(story: Story) -> Chapter:
    """An RMA from its request to the credit: two came back, one is sold again, one is scrap."""
    yield 17
    line = story.deals["Headsets for the team"].lines["HS-DUO"]
    rma, (asked,) = ask_back(story, "C-2010", [Asked(quantity=2, line=line, reason="Crackle on the left")])
    yield 16
    with story.now():
        requesting.approve(actor=story.users["admin"], rma=rma)
    yield 12
    with story.now():
        receiving.receive(actor=story.users["wim"], rma=rma, items=[Arrived(2, rma_line=asked)])
    yield 11
    verdicts = [Verdict(asked, 1, "restock"), Verdict(asked, 1, "scrap", note="Cable broken")]
    with story.now():
        inspecting.inspect(actor=story.users["wim"], rma=rma, verdicts=verdicts)
    yield 10
    with story.now():
        inspecting.settle(
            actor=story.users["clara"],
            rma=rma,
            answers=[Answer(asked, 2, "credit")],
            kept=[Kept("fee", story.products["SVC-RST"].pk, share_micro=100_000)],
        )


def _asked(story: Story) -> Chapter:
    """An RMA that waits for somebody's yes."""
    yield 1
    scanner = story.deals["Scanner and label printer"].lines["SCAN-2D"]
    ask_back(story, "C-2017", [Asked(line=scanner, type="repair", reason="Does not read damp labels")])


def _overruled(story: Story) -> Chapter:
    """An RMA that came too late, let through by somebody who may, with a reason that stays on it."""
    yield 3
    dock = story.deals["Workplaces for new colleagues"].lines["DOCK-C"]
    with story.now():
        requesting.request(
            actor=story.users["admin"],
            organization=story.organizations["C-2001"].pk,
            items=[Asked(line=dock, reason="One more than there are desks")],
            overrule="Agreed with their buyer before the move",
        )


def _underway(story: Story) -> Chapter:
    """An RMA that was approved, whose goods are on their way to us; another disk leaves first, as the studio cannot wait."""
    yield 5
    line = story.deals["Storage for the studio"].lines["HDD-8T"]
    rma, (asked,) = ask_back(story, "C-2018", [Asked(line=line, type="replace", reason="Clicks")])
    yield 4
    with story.now():
        requesting.approve(actor=story.users["admin"], rma=rma)
    yield 3
    with story.now():
        soon = Instead(back_by=clock.today(configuration.one("time_zone")) + timedelta(days=14))
        inspecting.settle(
            actor=story.users["clara"], rma=rma, answers=[Answer(asked, 1, "replace", instead=soon)]
        )


def _expected(story: Story) -> Chapter:
    """An RMA whose goods have arrived and wait to be inspected."""
    yield 7
    device = device_of(story, "AP-AX2", "C-2019")
    rma, (asked,) = ask_back(
        story, "C-2019", [Asked(device=device.pk, type="replace", reason="Loses its clients")]
    )
    yield 6
    with story.now():
        requesting.approve(actor=story.users["admin"], rma=rma)
    yield 2
    with story.now():
        receiving.receive(
            actor=story.users["lale"], rma=rma, items=[Arrived(1, rma_line=asked, serials=(device.lot.code,))]
        )


def _brought_back(story: Story) -> Chapter:
    """A return without an RMA: unused cables, back on the shelf and credited at once."""
    yield 40
    line = story.deals["Displays and arms"].lines["HDMI-2"]
    with story.now():
        receiving.take_back(
            actor=story.users["admin"],
            organization=story.organizations["C-2007"].pk,
            items=[Returned(Asked(quantity=2, line=line), outcome="restock")],
            reason="Two were enough",
        )


JOB_TYPES: dict[str, dict[str, Any]] = {
    "Installation": {"scope": "new_installation", "estimate_days": 1},
    "Exchange": {
        "scope": "swap",
        "estimate_days": 1,
        "agreed": "The next working day. Free of charge under warranty.",
    },
    "Upgrade": {"scope": "replacement", "estimate_days": 2},
    "Pick-up": {"scope": "return", "estimate_days": 2, "billable": False},
    "Repair on site": {"scope": "generic", "estimate_days": 0},
}


def _job_types(story: Story) -> Chapter:
    """What jobs begin with, by their type."""
    yield 60
    for name, values in JOB_TYPES.items():
        with story.now():
            work.add_job_type(actor=story.users["admin"], values={"name": name, **values})


def _typed_job(story: Story, customer: str, kind: str, title: str, begins: int = 0, **more: Any) -> int:
    """A job of a type for Timo, which begins so many days after the day that is told."""
    wish = WorkWish(
        "job",
        story.organizations[customer].pk,
        title=title,
        type=JobType.objects.get(name=kind).pk,
        starts_on=story.date(begins),
        lead=story.users["mara"].pk,
        resource=story.users["timo"].pk,
        **more,
    )
    with story.now():
        return work.create_work_order(actor=story.users["mara"], wish=wish).one("work.WorkOrder")


def _named(story: Story, job: int, *devices: Device) -> None:
    with story.now():
        name_devices(actor=story.users["mara"], work_order=job, add=[one.pk for one in devices])


def _replaced_on_a_job(story: Story) -> Chapter:
    """An access point that was too slow is replaced by a faster one, credited and charged; the customer signed."""
    yield 6
    job = _typed_job(story, "C-2004", "Upgrade", "Faster Wi-Fi in the meeting room")
    old = device_of(story, "AP-AX2", "C-2004")
    _named(story, job, old)
    faster = Incoming(story.products["AP-BE3"].pk)
    yield 5
    with story.now():
        swapping.swap_on_job(
            actor=story.users["admin"], job=job, swaps=[Swap(old.pk, faster)], reason="Too slow"
        )
    with story.now():
        work.complete(actor=story.users["timo"], work_order=job, signed_by="H. Brandt")


def _late_pick_up(story: Story) -> Chapter:
    """A laptop that should have been picked up the week before."""
    yield 6
    job = _typed_job(story, "C-2014", "Pick-up", "Pick up the laptop of the partner who left")
    _named(story, job, device_of(story, "NB-14P", "C-2014"))


def _swap_due(story: Story) -> Chapter:
    """A router that is to be swapped today."""
    yield 1
    job = _typed_job(story, "C-2012", "Exchange", "The router drops its VPN", begins=1, priority="urgent")
    _named(story, job, device_of(story, "RT-210", "C-2012"))


def _installation_ahead(story: Story) -> Chapter:
    """An installation that begins in a few days."""
    yield 1
    lines = story.wishes({"SVC-TECH": 2})
    _typed_job(story, "C-2008", "Installation", "Set up the second laboratory", begins=4, lines=lines)


def _job(story: Story) -> Chapter:
    """A technician sells from the van on a job."""
    yield 3
    wish = WorkWish(
        "job", story.organizations["C-2012"].pk, title="No network in the paint shop", scope="generic"
    )
    with story.now():
        job = work.create_work_order(actor=story.users["timo"], wish=wish).one("work.WorkOrder")
    goods = {"SW-08": 1, "CBL-5": 3}
    van = story.locations["Van Timo"].place_id
    handed = [Provision(units, product=story.products[sku].pk, location=van) for sku, units in goods.items()]
    with story.now():
        work.provide(actor=story.users["timo"], work_order=job, provisions=handed)


def _ticket(story: Story) -> Chapter:
    """A ticket with a charge that is held for it."""
    yield 2
    lines = story.wishes({"PSU-65": 2, "SVC-REM": 1})
    wish = WorkWish("ticket", story.organizations["C-2014"].pk, lines, title="Two chargers got lost")
    with story.now():
        ticket = work.create_work_order(actor=story.users["timo"], wish=wish).one("work.WorkOrder")
    story.reserve("mara", story.deal(ticket), {"PSU-65": 2})


def _ticket_about_a_firewall(story: Story) -> Chapter:
    """A ticket about a device that the customer has from us."""
    yield 1
    wish = WorkWish(
        "ticket",
        story.organizations["C-2020"].pk,
        story.wishes({"SVC-REM": 1}),
        title="The tunnel to the branch drops at night",
        lead=story.users["timo"].pk,
        resource=story.users["timo"].pk,
    )
    with story.now():
        ticket = work.create_work_order(actor=story.users["timo"], wish=wish).one("work.WorkOrder")
        firewall = device_of(story, "FW-60", "C-2020")
        name_devices(actor=story.users["timo"], work_order=ticket, add=[firewall.pk])


def _loan(story: Story) -> Chapter:
    """Laptops for the rental pool, one of them lent on a job until the customer's own comes back from repair."""
    yield 28
    laptop, hub = story.products["NB-14"], story.products["HUB-7"]
    pool = story.locations[POOL].place_id
    hamburg = story.locations["Hamburg"].place_id
    with story.now():
        transfer(
            actor=story.users["wim"],
            items=[
                Transfer(Goods(laptop.pk, 2, hamburg), pool),
                Transfer(Goods(hub.pk, 3, hamburg), pool),
            ],
            reason="For the rental pool",
        )
    yield 5
    wish = WorkWish(
        "job", story.organizations["C-2001"].pk, title="Laptop on loan during the repair", billable=False
    )
    with story.now():
        job = work.create_work_order(actor=story.users["timo"], wish=wish).one("work.WorkOrder")
    with story.now():
        lent = [Provision(1, product=laptop.pk, location=pool)]
        work.provide(actor=story.users["timo"], work_order=job, provisions=lent)


def _claims(story: Story) -> Chapter:
    """Two hubs failed in stock: for one the vendor sent another, the other one is still there."""
    yield 12
    done, line = _claimed(story, "HUB-7", "No picture on the second port", "LR-20417")
    yield 9
    with story.now():
        claiming.answer_claim(
            actor=story.users["wim"],
            claim=done,
            answers=[Answered(line, 1, "replacement", note="New series")],
        )
    yield 6
    _claimed(story, "HUB-7", "Gets hot and switches off", "LR-20466")


def _claimed(story: Story, sku: str, reason: str, reference: str) -> tuple[int, int]:
    """A faulty unit that is on its way to its vendor: the claim and its line."""
    with story.now():
        made = claiming.claim_from_vendor(
            actor=story.users["wim"],
            items=[Faulty(1, story.products[sku].pk)],
            reason=reason,
            location=story.locations["Hamburg"].pk,
        )
    claim = made.one("returns.VendorClaim")
    with story.now():
        claiming.send_claim(actor=story.users["wim"], claim=claim, reference=reference)
    return claim, made.one("returns.VendorClaimLine")


def _borrowed(story: Story) -> Chapter:
    """A hub that a customer tries, due in two days, and one that somebody of the house has had for too long."""
    yield 4
    hub, hamburg = story.products["HUB-7"].pk, story.locations["Hamburg"].place_id
    for to, days, name in (
        (Borrower(story.organizations["C-2010"].pk), 6, "S. Brandt"),
        (Borrower(person=story.users["timo"].pk), 3, ""),
    ):
        with story.now():
            lending.lend(
                actor=story.users["wim"],
                to=to,
                items=[Goods(hub, 1, hamburg)],
                due_on=story.date() + timedelta(days=days),
                accepted_by=name,
                note="To try out at the desk",
            )


def _recalled(story: Story) -> Chapter:
    """Access points that get too hot are called back: one customer was told on the telephone and answered."""
    yield 3
    product = story.products["AP-AX2"].pk
    codes = Lot.objects.filter(product=product, serial=True).order_by("pk").values_list("code", flat=True)
    with story.now():
        recall = recalling.recall_units(
            actor=story.users["wim"],
            product=product,
            what=Recalled(serials=tuple(codes[:24])),
            reason="The power supply of this series gets too hot",
            texts={
                "en": "Please unplug the access point and send it back to us. We replace it free of charge.",
                "de": "Bitte nehmen Sie den Access Point vom Netz und senden Sie ihn an uns zurück. Wir ersetzen ihn kostenlos.",
            },
        ).one("returns.Recall")
    owner = min(units_by_owner(recall), default=None)
    if owner is None:
        return
    yield 2
    with story.now():
        recalling.mark_owners_told(actor=story.users["wim"], recall=recall, organizations=[owner])
    with story.now():
        recalling.answer_recall(
            actor=story.users["wim"], recall=recall, organization=owner, answer="They come back next week"
        )
