"""What readers of a million devices wait for, in one command: `python -m bench.devices` from the project's root.

On each engine a company with a million devices at 20,000 customers, sold, installed and billed by our own actions and
copied; one customer has 5,000 and once had 2,000 more. Pages are what our own views answer in process, middleware and
sign-in included (see `bench.reading`); the API is asked over HTTP.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any
from urllib.parse import quote

from bench.reading import door, median, page, settle
from bench.run import databases
from bench.timing import calibrated

TARGET = "target: 60 ms each"


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--devices", type=int, default=1_000_000, help="at customers")
    parser.add_argument("--times", type=int, default=21, help="how often each is asked")
    options = parser.parse_args()
    print(TARGET)
    for engine in (options.engine,) if options.engine else ("sqlite", "postgresql"):
        with (
            databases(engine, 1) as (environment,),
            ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        ):
            pool.submit(_inside, environment, options.devices, options.times).result()
        print(f"calibration: {calibrated():.1f} ms", flush=True)


def _inside(environment: dict[str, str], devices: int, times: int) -> None:
    """In a process of its own, since Django knows one database."""
    from bench.worker import point_at

    point_at(environment)
    from django.core.management import call_command
    from django.db import connection

    from bench.company import Company
    from bench.fleet import fleet

    call_command("collectstatic", interactive=False, verbosity=0)
    company = Company.found(20)
    started = time.perf_counter()
    huge = fleet(company.made, devices)
    settle()
    print(f"\n{connection.vendor}: {devices} devices in {time.perf_counter() - started:.0f} s", flush=True)
    measure(company, huge.pk, times)


def measure(company: Any, huge: int, times: int) -> None:
    """Ask for everything; the largest customer is given."""
    from django.urls import reverse

    from wharfinger.devices.models import Device
    from wharfinger.devices.queries.shown import today

    some = Device.objects.filter(removed_on=None).order_by("-pk").select_related("lot", "organization")[0]
    small = Device.objects.filter(removed_on=None).order_by("pk").select_related("lot", "organization")[0]
    assert some.organization_id == huge != small.organization_id
    end = (today() + timedelta(days=30)).isoformat()
    get = door(company)
    assets, devices = reverse("devices:assets", args=[huge]), reverse("devices:devices")
    for name, path, asked in (
        ("assets of 5,000", assets, {}),
        ("assets of 50", reverse("devices:assets", args=[small.organization_id]), {}),
        ("assets history of 2,000", assets, {"tab": "history"}),
        ("devices", devices, {}),
        ("devices of a customer", devices, {"customer": "Zeppelin"}),
        ("devices by serial number", devices, {"serial": small.lot.code}),
        ("warranty ends in 30 days", devices, {"tab": "soon", "until-to": end}),
        ("search serial number", "/search/", {"q": small.lot.code}),
        ("search device number", "/search/", {"q": small.number}),
        ("a device", reverse("devices:device", args=[some.pk]), {}),
    ):
        print(f"  {name:<32}{page(get, path, asked, times)}", flush=True)
    with company.asked() as ask:
        for name, path in (
            ("assets of 5,000", f"/organizations/{huge}/assets"),
            ("assets history of 2,000", f"/organizations/{huge}/assets/history"),
            ("a serial number", f"/serials/{quote(small.lot.code)}"),
            ("devices by serial number", f"/devices?serial={quote(small.lot.code)}"),
            ("devices of a customer", f"/devices?organization={huge}"),
            (
                "warranty ends in 30 days",
                f"/devices?warranty_end_on_from={today()}&warranty_end_on_to={end}&sort=warranty_end_on",
            ),
        ):
            print(f"  {name + ' over HTTP':<32}{median(_asking(ask, path), times):6.1f} ms", flush=True)


def _asking(ask: Callable[[str], Any], path: str) -> Callable[[], Any]:
    return lambda: ask(path)


if __name__ == "__main__":
    main()
