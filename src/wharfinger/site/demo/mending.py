"""What was repaired: in which states goods come back, on the bench, and by the maker."""

from __future__ import annotations

from collections.abc import Iterator

from wharfinger.devices.models import Device
from wharfinger.returns.actions import grading, inspecting, receiving, repairing, requesting
from wharfinger.returns.models import Grade
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.repairing import Part, Repaired
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.site.demo.aftercare import ask_back, device_of
from wharfinger.site.demo.story import Chapter, Story

GRADES = (
    # Its code, what it is called in English and German, whether such goods are sold again, and what becomes of them.
    ("A", "As new", "Wie neu", True, "restock"),
    ("B", "Used, works", "Gebraucht, funktioniert", True, "restock"),
    ("C", "Faulty", "Defekt", False, "repair"),
    ("D", "Beyond repair", "Nicht zu reparieren", False, "scrap"),
)


def chapters(story: Story) -> Iterator[Chapter]:
    """Grades first, then what was repaired."""
    for chapter in (_grades, _mended, _on_the_bench):
        yield chapter(story)


def _grades(story: Story) -> Chapter:
    """In which states goods come back, and what becomes of them."""
    yield 20
    for code, english, german, resellable, outcome in GRADES:
        names = {"en": english, "de": german}
        values = {"code": code, "names": names, "resellable": resellable, "outcome": outcome}
        with story.now():
            grading.add_grade(actor=story.users["admin"], values=values)


def _mended(story: Story) -> Chapter:
    """A router under warranty whose board its vendor exchanged: it is back with its customer, and nothing is left to settle."""
    yield 15
    device = device_of(story, "RT-210", "C-2012")
    rma, (asked,) = ask_back(
        story, "C-2012", [Asked(device=device.pk, type="repair", reason="Restarts by itself")]
    )
    yield 14
    with story.now():
        requesting.approve(actor=story.users["admin"], rma=rma)
    yield 13
    with story.now():
        receiving.receive(actor=story.users["wim"], rma=rma, items=[Arrived(1, rma_line=asked)])
    yield 12
    faulty = Grade.objects.get(code="C").pk
    with story.now():
        inspecting.inspect(
            actor=story.users["wim"],
            rma=rma,
            verdicts=[Verdict(asked, 1, "to_vendor", note="Mainboard, not ours to open", grade=faulty)],
        )
    yield 4
    done = Repaired(
        asked,
        1,
        "Mainboard exchanged by the maker",
        vendor=story.organizations["V-1001"].pk,
        cost_minor=4_900,
        then="send_back",
    )
    with story.now():
        repairing.finish_repair(actor=story.users["admin"], rma=rma, done=done)
    yield 3
    with story.now():
        inspecting.settle(actor=story.users["clara"], rma=rma, answers=[Answer(asked, 1, "none")])


def _on_the_bench(story: Story) -> Chapter:
    """Two mini PCs that were inspected: one is repaired and back, one waits on the bench."""
    yield 8
    devices = Device.objects.filter(
        product=story.products["PC-MINI"], organization=story.organizations["C-2008"], removed_on=None
    )
    asked = [Asked(device=one.pk, type="repair", reason="Fan is loud") for one in devices.order_by("pk")[:2]]
    rma, (first, second) = ask_back(story, "C-2008", asked)
    yield 7
    with story.now():
        requesting.approve(actor=story.users["admin"], rma=rma)
    yield 5
    with story.now():
        arrived = [Arrived(1, rma_line=line) for line in (first, second)]
        receiving.receive(actor=story.users["wim"], rma=rma, items=arrived)
    yield 4
    faulty = Grade.objects.get(code="C").pk
    verdicts = [
        Verdict(line, 1, "", note=note, grade=faulty)
        for line, note in ((first, "Dust in the fan"), (second, "Bearing of the fan is worn"))
    ]
    with story.now():
        inspecting.inspect(actor=story.users["wim"], rma=rma, verdicts=verdicts)
    yield 2
    cable = Part(story.products["CBL-2"].pk, 1)
    done = Repaired(first, 1, "Cleaned, cable exchanged", parts=(cable,), cost_minor=1_800, then="send_back")
    with story.now():
        repairing.finish_repair(actor=story.users["admin"], rma=rma, done=done)
