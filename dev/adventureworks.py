"""Replays AdventureWorks' purchasing in a company of its own, and proves that units and totals come out as its files say.

python dev/adventureworks.py FOLDER [--home HOME] [--postgresql]

FOLDER holds the files of AdventureWorks' purchasing. Vendors, goods and what vendors ask come in by the importer;
each of the 4,012 purchase orders is then drafted by its buyer, approved by somebody else, submitted, received and
rejected as the files say. What comes out is compared with dev/adventureworks_check.py.
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
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own; SQLite without it")
    options = parser.parse_args()
    if not (options.folder / "PurchaseOrderHeader_named.csv").exists():
        print(
            f"{options.folder} has no PurchaseOrderHeader_named.csv; name the folder of AdventureWorks' files.",
            file=sys.stderr,
        )
        return 2
    return replayed(
        options,
        options.folder,
        replay="adventureworks_replay",
        check="adventureworks_check",
        parts=("units", "totals", "freight", "states"),
        done="Units, totals, freight and what each state's orders brought are as the files say; the audit is clean.",
    )


if __name__ == "__main__":
    sys.exit(main())
