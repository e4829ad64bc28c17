"""Proves every balance from its history."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from wharfinger.ledger.audit import LAWS, audit


def arguments(parser: ArgumentParser) -> None:
    """Take `--json`, for machines."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(options: Namespace) -> int:
    """Print every finding; the exit code is 1 when there is any."""
    found = audit()
    if options.json:
        listed = [{"law": f.law, "where": f.where, "found": f.found} for f in found]
        print(json.dumps({"clean": not found, "findings": listed}, ensure_ascii=False))
    else:
        for f in found:
            print(f"{f.law}: {f.where}: {f.found}")
        print(f"{len(LAWS)} laws, {len(found)} findings." if found else f"{len(LAWS)} laws hold.")
    return 1 if found else 0
