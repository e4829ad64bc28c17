"""The stories' words around pick runs.

start PR by wim: SO, SO2                   somebody begins to pick orders where we are
walk PR: A1 3 router of SO in 1, A2 …      what is still to be taken, in walking order; or nothing
in-run PR by wim 2 router of SO            they pick it
lacks PR by wim 2 router of SO at A1 [again|order]    so many are not in that bin
pick-short 3 router of SO and 2 at A1 [again|order]    without a run; so many are picked and so many are not in that bin
stop-run PR by wim · take-over PR by petra
"""

from __future__ import annotations

from tests.scenarios.doors import ActionsDoor, ApiDoor
from tests.scenarios.talking import Talking
from wharfinger.demand.models import Line
from wharfinger.fulfilment.models import PickRun
from wharfinger.fulfilment.queries.runs import runs, show_runs
from wharfinger.stock.models import Bin


class Running(Talking):
    """What a teller also understands of pick runs."""

    def of(self, name: str) -> ActionsDoor | ApiDoor:
        """The door through which somebody else goes."""
        return type(self.door)(self.company, self.somebody(name))

    def say_start(self, rest: str) -> None:
        """start PR by WHO: ORDERS"""
        head, _, named = rest.partition(":")
        name, who = head.split(" by ")
        orders = [self.documents[one.strip()] for one in named.split(",")]
        self.acts.append(self.of(who).start_run(self.company.location.pk, orders))
        self.documents[name] = PickRun.objects.latest("pk").pk

    def say_walk(self, rest: str) -> None:
        """walk PR: STOPS; or nothing"""
        name, _, wanted = rest.partition(":")
        (run,) = show_runs(runs().filter(pk=self.documents[name]))
        orders = {pk: called for called, pk in self.documents.items() if called.startswith("SO")}
        of = dict(Line.objects.values_list("pk", "sheet_id"))
        stops = [
            f"{stop['bin_name']} {stop['quantity']} {stop['sku'].lower()} of {orders[of[stop['line']]]}"
            f" in {stop['tote']}"
            for stop in run["stops"]
        ]
        assert (", ".join(stops) or "nothing") == wanted.strip(), f"walks {stops}"

    def say_in_run(self, rest: str) -> None:
        """in-run PR by WHO QUANTITY NAME of ORDER"""
        name, _, who, quantity, product, _, order = rest.split()
        line = self.line(order, product)
        self.acts.append(self.of(who).pick_in_run(self.documents[name], line, int(quantity)))

    def say_lacks(self, rest: str) -> None:
        """lacks PR by WHO QUANTITY NAME of ORDER at BIN [again|order]"""
        name, _, who, quantity, product, _, order, _, bin_name, *then = rest.split()
        line = self.line(order, product)
        here = Bin.objects.get(location=self.company.location, name=bin_name)
        lacks = self.of(who).lacks
        self.acts.append(lacks(self.documents[name], line, int(quantity), here, "".join(then)))

    def say_pick_short(self, rest: str) -> None:
        """pick-short QUANTITY NAME of ORDER and QUANTITY at BIN [again|order]"""
        picked, product, _, order, _, quantity, _, bin_name, *then = rest.split()
        here = Bin.objects.get(location=self.company.location, name=bin_name)
        line = self.line(order, product)
        self.acts.append(self.door.pick_short(line, int(picked), int(quantity), here, "".join(then)))

    def say_stop_run(self, rest: str) -> None:
        """stop-run PR by WHO"""
        name, _, who = rest.split()
        self.acts.append(self.of(who).on_run("stop", self.documents[name]))

    def say_take_over(self, rest: str) -> None:
        """take-over PR by WHO"""
        name, _, who = rest.split()
        self.acts.append(self.of(who).on_run("take-over", self.documents[name]))
