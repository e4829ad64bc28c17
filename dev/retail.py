"""Replays Online Retail in a company of its own, and proves that units and money come out as its file says.

python dev/retail.py FILE [--home HOME] [--postgresql] [--days N]

FILE is online_retail.parquet: 541,909 invoice lines of one year of a real shop. Master data comes in by the
importer; the year is then driven day by day through the actions that everybody uses: what a month needs is
received at its beginning, each day's invoices are sold at once, its credit invoices brought back, its
corrections of stock adjusted. What comes out is compared with dev/retail_check.py.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from replaying import replayed


def main() -> int:
    """Replay, compare, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--home", type=Path, help="an empty folder for the company; default: one that is thrown away"
    )
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own; SQLite without it")
    parser.add_argument("--days", type=int, default=0, help="only the first so many days of the file")
    options = parser.parse_args()
    if not options.file.exists():
        print(f"There is no {options.file}; name the file of Online Retail.", file=sys.stderr)
        return 2
    # The script that computes what is expected reads as many days.
    os.environ["RETAIL_DAYS"] = str(options.days)
    return replayed(
        options,
        options.file,
        replay="retail_replay",
        check="retail_check",
        parts=("rows", "units", "invoiced", "credited"),
        done="Rows, units, invoiced and credited sums are as the file says; the audit is clean.",
    )


if __name__ == "__main__":
    sys.exit(main())
