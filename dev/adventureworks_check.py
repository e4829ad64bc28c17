"""What must come out of AdventureWorks' purchases by plain arithmetic: units, line totals, what stock is worth.

python dev/adventureworks_check.py FOLDER    prints it as JSON; knows nothing of the product
"""

import csv
import json
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

WORDS = {"1": "pending", "2": "approved", "3": "rejected", "4": "complete"}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def expected(folder: Path) -> dict[str, dict[str, object]]:
    orders = {o["PurchaseOrderID"]: o for o in rows(folder, "PurchaseOrderHeader_named.csv")}
    units: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("ordered", "received", "rejected", "stocked"), 0)
    )
    totals: dict[str, Decimal] = defaultdict(Decimal)
    states: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("orders", "short", "with rejects", "received", "rejected"), 0)
    )
    for order in orders.values():
        states[WORDS[order["Status"]]]["orders"] += 1
    for line in rows(folder, "PurchaseOrderDetail_named.csv"):
        number, found = line["PurchaseOrderID"], units[line["ProductID"]]
        received, rejected = int(Decimal(line["ReceivedQty"])), int(Decimal(line["RejectedQty"]))
        assert int(Decimal(line["StockedQty"])) == received - rejected
        found["ordered"] += int(line["OrderQty"])
        found["received"] += received
        found["rejected"] += rejected
        found["stocked"] += received - rejected
        totals[number] += cents(Decimal(line["UnitPrice"]) * int(line["OrderQty"]))
        state = states[WORDS[orders[number]["Status"]]]
        state["short"] += received < int(line["OrderQty"])
        state["with rejects"] += rejected > 0
        state["received"] += received
        state["rejected"] += rejected
    return {
        "units": dict(units),
        "totals": {number: str(total) for number, total in totals.items()},
        "freight": {number: str(cents(Decimal(order["Freight"]))) for number, order in orders.items()},
        "states": dict(states),
    }


if __name__ == "__main__":
    json.dump(expected(Path(sys.argv[1])), sys.stdout, indent=1, sort_keys=True)
