"""Pure decisions about the numbers of what arrives: which lot it is, and which numbers a series gives it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same
from wharfinger.ledger.plan import LotRef, Plan, Truth


class Lots:
    """The lots under which goods arrive: known ones that may come in again, else new ones of this plan."""

    def __init__(self, plan: Plan, truth: Truth) -> None:
        self.plan = plan
        self.truth = truth
        self.made: dict[tuple[int, str], LotRef] = {}
        self.last: dict[int, int] = {}
        """The last number that was given of each product's series."""

    def of(
        self, line: Any, arrival: Any, n: int
    ) -> tuple[list[tuple[LotRef, int]], list[tuple[LotRef, int]]]:
        """The lots of what is accepted and of what is rejected, each with its quantity."""
        product = self.truth.read["products"][line.product_id]
        accepted = arrival.quantity - arrival.rejected
        loose = self.truth.lot(product.pk)
        traced = product.traced if product.traced_from == "receipt" else "none"
        if product.traced == "serial" and arrival.serials and self._to_customer(line):
            # What gets its numbers when it leaves has left: they are known where the vendor tells them.
            traced = "serial"
        if arrival.serials and traced != "serial":
            raise BadInput(
                "not_traced",
                N_("{sku} is received without serial numbers. Leave them out."),
                field=f"lines.{n}.serials",
                sku=product.sku,
            )
        if traced == "serial" and arrival.numbered:
            arrival = replace(arrival, serials=self._numbered(product, arrival, accepted, n))
        if traced == "serial":
            if len(arrival.serials) not in (accepted, arrival.quantity):
                raise BadInput(
                    "serials_needed",
                    N_("{wanted} serial numbers of {sku} are needed; {free} are given."),
                    field=f"lines.{n}.serials",
                    wanted=accepted,
                    free=len(arrival.serials),
                    sku=product.sku,
                )
            units = [(self._serial(product, code, n), 1) for code in arrival.serials]
            return units[:accepted], units[accepted:] or _some(loose, arrival.rejected)
        if traced == "batch":
            if not arrival.batch:
                raise BadInput(
                    "batch_needed", N_("Give the batch of {sku}."), field=f"lines.{n}.batch", sku=product.sku
                )
            batch = self._batch(product, arrival)
            return _some(batch, accepted), _some(loose, arrival.rejected)
        return _some(loose, accepted), _some(loose, arrival.rejected)

    def _numbered(self, product: Any, arrival: Any, accepted: int, n: int) -> tuple[str, ...]:
        """The serial numbers that are given, and the next of the product's series for what lacks one."""
        lacking = max(0, accepted - len(arrival.serials))
        begins, digits = product.serial_pattern.rstrip("#"), product.serial_pattern.count("#")
        if not digits:
            raise Refusal(
                "no_series",
                N_("{sku} has no series of serial numbers. Give it one on its page, or scan the numbers."),
                field=f"lines.{n}.numbered",
                sku=product.sku,
            )
        last = self.last.get(product.pk, self.truth.read["last_numbers"].get(product.pk, 0))
        if last + lacking >= 10**digits:
            raise Refusal(
                "series_used_up",
                N_("The series {series} has {free} numbers left, not {wanted}. Give {sku} a longer one."),
                field=f"lines.{n}.numbered",
                series=product.serial_pattern,
                free=10**digits - 1 - last,
                wanted=lacking,
                sku=product.sku,
            )
        self.last[product.pk] = last + lacking
        given = (f"{begins}{number:0{digits}d}" for number in range(last + 1, last + lacking + 1))
        return (*arrival.serials, *given)

    def _to_customer(self, line: Any) -> bool:
        return bool(
            self.truth.document("purchasing.PurchaseOrder", line.purchase_order_id).ship_to == "organization"
        )

    def _serial(self, product: Any, code: str, n: int) -> LotRef:
        field = f"lines.{n}.serials"
        key = same(code)
        if not key:
            raise BadInput("missing", N_("Please fill this in."), field=field)
        if (product.pk, key) in self.made:
            raise BadInput(
                "serial_twice",
                N_("The serial number {serial} is given twice. Give it once."),
                field=field,
                serial=code,
            )
        known = self.truth.read["known_lots"].get((product.pk, key))
        if known is not None and known.where in ("customer", "in_transit", "rented"):
            raise Refusal(
                "serial_at_customer",
                N_("Serial number {serial} is out at a customer; it comes back only as a return."),
                field=field,
                serial=code,
            )
        if known is not None and (known.where or not known.serial):
            raise Refusal(
                "serial_known",
                N_("Serial number {serial} is known already. Check the number."),
                field=field,
                serial=code,
            )
        if known is not None:
            lot = LotRef(known.id, product.pk, serial=True)
        else:
            lot = self._make(product, code, key, serial=True, expires_on=None)
        self.made[product.pk, key] = lot
        return lot

    def _batch(self, product: Any, arrival: Any) -> LotRef:
        key = same(arrival.batch)
        known = self.truth.read["known_lots"].get((product.pk, key))
        if (product.pk, key) not in self.made:
            self.made[product.pk, key] = (
                self._make(product, arrival.batch, key, serial=False, expires_on=arrival.expires_on)
                if known is None
                else LotRef(known.id, product.pk)
            )
        return self.made[product.pk, key]

    def _make(self, product: Any, code: str, key: str, *, serial: bool, expires_on: date | None) -> LotRef:
        made = self.plan.create(
            "ledger.Lot",
            product_id=product.pk,
            serial=serial,
            code=code.strip(),
            code_key=key,
            expires_on=expires_on,
        )
        return LotRef(made, product.pk, serial=serial)


def _some(lot: LotRef, quantity: int) -> list[tuple[LotRef, int]]:
    return [(lot, quantity)] if quantity else []
