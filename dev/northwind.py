"""Replays Northwind in a company of its own, and proves that units and money come out as its files say.

python dev/northwind.py FOLDER [--home HOME] [--report FILE]

FOLDER holds the CSV files of Northwind. Master data and opening stock come in by the importer; each of
the 830 orders is then confirmed, reserved, bought as far as it is short, received, picked, shipped and
invoiced on the days that the files say. What comes out is compared with dev/northwind_check.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import django
from django.core.management import call_command


def compare(ours: dict[str, Any], source: Path) -> list[str]:
    """Where the books differ from what the independent script computes."""
    script = Path(__file__).with_name("northwind_check.py")
    said = subprocess.run(
        [sys.executable, str(script), str(source)], capture_output=True, check=True, text=True
    )
    theirs = json.loads(said.stdout)
    return [
        f"{part} {name}: {ours[part].get(name)} in the books, {theirs[part].get(name)} expected"
        for part in ("units", "orders", "invoiced")
        for name in sorted(ours[part].keys() | theirs[part].keys())
        if ours[part].get(name) != theirs[part].get(name)
    ]


def main() -> int:
    """Replay, compare, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--home", type=Path, help="an empty folder for the company; default: one that is thrown away"
    )
    options = parser.parse_args()
    if not (options.folder / "OrderDetails.csv").exists():
        print(
            f"{options.folder} has no OrderDetails.csv; name the folder of Northwind's files.",
            file=sys.stderr,
        )
        return 2
    with tempfile.TemporaryDirectory() as thrown_away:
        os.environ["WHARFINGER_HOME"] = str(options.home or thrown_away)
        os.environ["DJANGO_SETTINGS_MODULE"] = "wharfinger.site.settings"
        django.setup()
        # What stands on models can be imported only now.
        told = import_module("northwind_replay")
        clock = told.Clock()
        begun = perf_counter()
        with clock.of("make the tables"):
            call_command("migrate", interactive=False, verbosity=0)
        ours = told.replay(options.folder, clock)
        differences = compare(ours, options.folder)
        whole = perf_counter() - begun
    for step, times in clock.times.items():
        seconds = clock.seconds.get(step, 0)
        each = f"{1000 * seconds / times:8.1f} ms each" if seconds else ""
        print(f"{step:32} {times:7} {seconds:8.1f} s {each}")
    print(f"{'all of it':32} {'':7} {whole:8.1f} s")
    print(
        "\n".join(differences)
        or "Units, order totals and invoiced sums are as the files say; the audit is clean."
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
