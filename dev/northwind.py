"""Replays Northwind in a company of its own, and proves that units and money come out as its files say.

python dev/northwind.py FOLDER [--home HOME] [--report FILE]

FOLDER holds the CSV files of Northwind. Master data and opening stock come in by the importer; each of
the 830 orders is then confirmed, reserved, bought as far as it is short, received, picked, shipped and
invoiced on the days that the files say. What comes out is compared with dev/northwind_check.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from replaying import replayed


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
    return replayed(
        options,
        options.folder,
        replay="northwind_replay",
        check="northwind_check",
        parts=("units", "orders", "invoiced"),
        done="Units, order totals and invoiced sums are as the files say; the audit is clean.",
    )


if __name__ == "__main__":
    sys.exit(main())
