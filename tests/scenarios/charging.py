"""The stories' words around work and its charges.

ticket T [pick|order|deliver]: 3 router     opened with these charges, which are picked, ordered or delivered at once
charge T [pick|order|deliver]: 3 router     added to it
about T: D, E · not-about T: D              the devices that it is about · named T: E
job-type Exchange: swap unbilled 2          what jobs of a type begin with: scope, billed or unbilled, days
job-of J: Exchange in 3                     a job of a type that begins in so many days · begins J: 10, or later
awaits J: 5 swap unbilled                   in how many days it is expected, and what its type said
on-job J: D as E serials S2 · take-off J: D    a job does with its devices what its scope says
swap-by R: D as E serials S2   the RMA that asks for D takes it back, and is settled as replaced
sets-up SO 2 router as D E   handed over and installed in one step: the devices by their order
completes J [signed M. Krause] · signed-for J: M. Krause, or nobody
replace SO router by switch [keep 1]        what is open of a line, or all but so many, is another product
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.scenarios.varying import Varying
from wharfinger.base import clock
from wharfinger.devices.queries.about import devices_about
from wharfinger.returns.models import RmaLine
from wharfinger.work.models import WorkOrder


def in_days(days: str) -> date:
    """The company's day, so many days from now."""
    return clock.today("Europe/Berlin") + timedelta(days=int(days))


class Charging(Varying):
    """What a teller also understands of charges."""

    def say_ticket(self, rest: str) -> None:
        """ticket NAME [THEN]: ITEMS"""
        head, _, items = rest.partition(":")
        name, *then = head.split()
        opened = self.door.open_work(self.company.customer.pk, self.items(items), then[0] if then else None)
        self.keep("job", name, opened)

    def say_charge(self, rest: str) -> None:
        """charge NAME [THEN]: ITEMS"""
        head, _, items = rest.partition(":")
        name, *then = head.split()
        found = self.items(items)
        self.acts.append(self.door.charge(self.documents[name], found, then[0] if then else None))

    def say_job_type(self, rest: str) -> None:
        """job-type NAME: SCOPE BILLED DAYS"""
        name, _, told = rest.partition(":")
        scope, billed, days = told.split()
        self.keep("job_type", name, self.door.job_type(name, scope, billed == "billed", int(days)))

    def say_job_of(self, rest: str) -> None:
        """job-of NAME: TYPE in DAYS"""
        name, _, told = rest.partition(":")
        kind, _, days = told.split()
        began = self.door.job_of(self.company.customer.pk, self.documents[kind], in_days(days))
        self.keep("job", name, began)

    def say_begins(self, rest: str) -> None:
        """begins NAME: DAYS"""
        name, _, days = rest.partition(":")
        self.acts.append(self.door.begins(self.documents[name], in_days(days)))

    def say_awaits(self, rest: str) -> None:
        """awaits NAME: DAYS SCOPE BILLED"""
        name, _, told = rest.partition(":")
        days, scope, billed = told.split()
        found = WorkOrder.objects.get(pk=self.documents[name])
        stands = (found.expected_on, found.scope, "billed" if found.billable else "unbilled")
        assert stands == (in_days(days), scope, billed), stands

    def say_about(self, rest: str) -> None:
        """about NAME: DEVICES"""
        name, _, devices = rest.partition(":")
        self.acts.append(self.door.name_devices(self.documents[name], self._devices(devices), []))

    def say_not_about(self, rest: str) -> None:
        """not-about NAME: DEVICES"""
        name, _, devices = rest.partition(":")
        self.acts.append(self.door.name_devices(self.documents[name], [], self._devices(devices)))

    def say_named(self, rest: str) -> None:
        """named NAME: DEVICES"""
        name, _, devices = rest.partition(":")
        work = self.documents[name]
        assert devices_about([work])[work] == sorted(self._devices(devices))

    def say_on_job(self, rest: str) -> None:
        """on-job NAME: DEVICE as DEVICE serials SERIAL"""
        name, _, told = rest.partition(":")
        old, _, new, _, serial = told.split()
        self.keep("device", new, self.door.on_job(self.documents[name], self.documents[old], serial))

    def say_swap_by(self, rest: str) -> None:
        """swap-by RMA: DEVICE as DEVICE serials SERIAL"""
        name, _, told = rest.partition(":")
        old, _, new, _, serial = told.split()
        asked = RmaLine.objects.get(rma=self.documents[name], void=None).pk
        self.keep("device", new, self.door.swap_by(asked, self.documents[old], serial))

    def say_sets_up(self, rest: str) -> None:
        """sets-up DOCUMENT QUANTITY NAME as DEVICES"""
        what, _, names = rest.partition(" as ")
        document, quantity, name = what.split()
        made, entry = self.door.sets_up(self.line(document, name), int(quantity))
        for device, pk in zip(names.split(), made, strict=True):
            self.documents[device] = pk
        self.acts.append(entry)

    def say_completes(self, rest: str) -> None:
        """completes NAME [signed WHO]"""
        name, _, who = rest.partition(" signed ")
        self.acts.append(self.door.completes(self.documents[name], who))

    def say_signed_for(self, rest: str) -> None:
        """signed-for NAME: WHO"""
        name, _, who = rest.partition(":")
        found = WorkOrder.objects.get(pk=self.documents[name])
        assert (found.signed_by if found.completed_at else "") == who.strip().replace("nobody", "")

    def say_take_off(self, rest: str) -> None:
        """take-off NAME: DEVICES"""
        name, _, devices = rest.partition(":")
        self.acts.append(self.door.take_off(self.documents[name], self._devices(devices)))

    def _devices(self, names: str) -> list[int]:
        return [self.documents[name.strip()] for name in names.split(",") if name.strip()]

    def say_replace(self, rest: str) -> None:
        """replace DOCUMENT NAME by NAME [keep QUANTITY]"""
        document, name, _, other, *more = rest.split()
        keep = int(more[1]) if more else None
        line, product = self.line(document, name), self.products[other].pk
        self.acts.append(self.door.replace_line(self.documents[document], line, product, keep))
