"""What must come out of Online Retail by plain arithmetic: rows of each kind, units per product, sums per customer.

python dev/retail_check.py FILE    prints it as JSON; knows nothing of the product
"""

import json
import os
import re
import sys
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pyarrow.parquet

NAMES = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
PARTS = ("sold", "back", "matched", "found", "lost")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


class Sums:
    def __init__(self) -> None:
        self.rows = Counter()
        self.units = defaultdict(Counter)
        self.invoiced, self.credited = Counter(), Counter()
        self.bought = defaultdict(list)
        self.back = Counter()

    def add(self, number: str, sku: str, count: int, price: Decimal, who: str, named: bool) -> None:
        goods = bool(re.match(r"\d{5}[A-Z]*$|DCGS|PADS$", sku))
        if number[0] in "AC":
            self.rows["bad debt" if number[0] == "A" else "back" if goods else "money back"] += 1
            if number[0] == "C" and goods:
                self.back[who, sku, number] -= count
        elif count > 0 and (price or named):
            self.rows["sold"] += 1
            self.invoiced[who] += cents(price * count)
            if goods:
                self.units[sku]["sold"] += count
                self.bought[who, sku].append([cents(price * count), count, count])
        elif goods:
            self.rows["found" if count > 0 else "lost"] += 1
            self.units[sku]["found" if count > 0 else "lost"] += abs(count)
        else:
            self.rows["nothing"] += 1

    def end_day(self) -> None:
        """A day's returns come after its sales: what a customer bought last comes back first, at the price it had."""
        for (who, sku, _number), units in self.back.items():
            self.units[sku]["back"] += units
            stack, missing = self.bought[who, sku], units
            while missing and stack:
                net, had, left = stack[-1]
                part, gone = min(missing, left), had - left
                # What is credited of a line is rounded in all, so that its parts add up.
                self.credited[who] += cents(net * (gone + part) / had) - cents(net * gone / had)
                self.units[sku]["matched"] += part
                stack[-1][2] -= part
                missing -= part
                if not stack[-1][2]:
                    stack.pop()
        self.back.clear()


def expected(path: str) -> dict[str, dict[str, object]]:
    table = pyarrow.parquet.read_table(path, columns=list(NAMES))
    sums, days = Sums(), []
    for line in zip(*(table.column(name).to_pylist() for name in NAMES), strict=True):
        number, code, quantity, moment, price, customer, country = line
        if not days or days[-1] != moment[:10]:
            sums.end_day()
            if len(days) == int(os.environ.get("RETAIL_DAYS") or 0) > 0:
                break
            days.append(moment[:10])
        named = customer not in (None, "", "nan")
        who = customer.split(".")[0] if named else f"Cash {country}"
        sums.add(number, code.strip().upper(), int(quantity), Decimal(price), who, named)
    sums.end_day()
    return {
        "rows": dict(sums.rows),
        "units": {
            sku: {part: found[part] for part in PARTS} | {"on_hand": found["back"] + found["found"]}
            for sku, found in sums.units.items()
        },
        "invoiced": {who: f"{net:.2f}" for who, net in sums.invoiced.items()},
        "credited": {who: f"{net:.2f}" for who, net in sums.credited.items() if net},
    }


if __name__ == "__main__":
    json.dump(expected(sys.argv[1]), sys.stdout, indent=1, sort_keys=True)
