"""What must come out of Northwind by plain arithmetic: units per product, order totals, invoiced sums.

python dev/northwind_check.py FOLDER    prints it as JSON; knows nothing of the product
"""

import csv
import json
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def expected(folder: Path) -> dict[str, dict[str, object]]:
    free = {p["ProductID"]: int(p["UnitsInStock"]) for p in rows(folder, "Products.csv")}
    units = {product: dict.fromkeys(("ordered", "bought", "received", "shipped"), 0) for product in free}
    opening = dict(free)
    lines = defaultdict(list)
    for line in rows(folder, "OrderDetails.csv"):
        lines[line["OrderID"]].append(line)
    totals: dict[str, str] = {}
    invoiced: dict[str, Decimal] = defaultdict(Decimal)
    for order in sorted(rows(folder, "Orders.csv"), key=lambda o: (o["OrderDate"], int(o["OrderID"]))):
        total = Decimal(0)
        for line in lines[order["OrderID"]]:
            count, product = int(line["Quantity"]), line["ProductID"]
            net = Decimal(line["UnitPrice"]) * count * (1 - Decimal(line["Discount"]))
            total += net.quantize(Decimal("0.01"), ROUND_HALF_UP)
            short = count - min(count, free[product])
            free[product] -= count - short
            units[product]["ordered"] += count
            units[product]["bought"] += short
            if order["ShippedDate"]:
                units[product]["received"] += short
                units[product]["shipped"] += count
        totals[order["OrderID"]] = str(total)
        if order["ShippedDate"]:
            invoiced[order["CustomerID"]] += total
    for product, found in units.items():
        found["on_hand"] = opening[product] + found["received"] - found["shipped"]
    return {
        "units": dict(units),
        "orders": dict(totals),
        "invoiced": {c: str(s) for c, s in invoiced.items()},
    }


if __name__ == "__main__":
    json.dump(expected(Path(sys.argv[1])), sys.stdout, indent=1, sort_keys=True)
