"""Pure decisions about what leaves for accounting: what an export takes, and which number each account has there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from wharfinger.base.refusal import N_, BadInput, Refusal, Remedy, Words
from wharfinger.ledger.plan import Number, Plan, Truth

NUMBER = Number("accounting_export", "ACC-{n}")

KINDS: dict[str, str] = {
    "receivable": N_("Receivables"),
    "store_credit": N_("Store credit of customers"),
    "deposit": N_("Deposits of customers"),
    "revenue": N_("Revenue"),
    "tax": N_("Tax on sales"),
    "discount": N_("Cash discount that customers took"),
    "write_off": N_("Written off"),
    "rounding": N_("Rounding"),
    "bank": N_("Bank"),
    "exchange": N_("Exchange differences"),
    "payable": N_("Payables"),
    "vendor_discount": N_("Cash discount that we took"),
    "purchases": N_("Goods received and billed"),
    "input_tax": N_("Input tax"),
    "purchase_variance": N_("Purchase variance"),
    "stock": N_("Stock"),
    "stock.bought": N_("Stock against goods received"),
    "stock.sold": N_("Cost of goods sold"),
    "stock.returned": N_("Stock that customers gave back"),
    "stock.adjusted": N_("Stock found and lost"),
    "stock.built": N_("Stock put together and taken apart"),
    "stock.valued": N_("Stock valued anew"),
}
"""The accounts that postings know, and those of stock by the cause of its change."""


class Span(NamedTuple):
    """What an export takes, but for what an earlier one took: days until one, entries until one."""

    until: date
    upto: int


class Ledger(NamedTuple):
    """An account as accounting tells it from others: its kind, the tax it is of, its currency."""

    kind: str
    tax: str
    currency: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Under which its number may be kept, the narrowest first."""
        narrow = [f"{self.kind}:{self.tax}"] if self.tax else []
        abroad = (f"{one}:{self.currency}" for one in [*narrow, self.kind])
        return (*abroad, *narrow, self.kind)


def number_of(accounts: Mapping[str, str], one: Ledger) -> str:
    """The number of an account in accounting: of just this tax and currency, else of the kind; empty where none is kept."""
    kind, narrow = one.kind, f"{one.kind}:{one.tax}" if one.tax else one.kind
    order = (f"{narrow}:{one.currency}", narrow, f"{kind}:{one.currency}", kind)
    return next((accounts[key] for key in order if accounts.get(key)), "")


def outermost(spans: Iterable[Span]) -> list[Span]:
    """Those that are not within another: together they took all that each of them took."""
    found: list[Span] = []
    for one in sorted(set(spans), reverse=True):
        if not any(one.until <= other.until and one.upto <= other.upto for other in found):
            found.append(one)
    return found


def plan_export(truth: Truth, *, span: Span) -> Plan:
    """Write an export down, with the file as it leaves; raises Refusal where an account has no number."""
    if span.until > truth.today:
        raise BadInput("in_the_future", N_("Choose a day that is not in the future."), field="until")
    missing: Sequence[Ledger] = truth.read["missing"]
    if missing:
        raise Refusal(
            "accounts_missing",
            N_("{count} accounts have no number yet, like “{first}”. Give them theirs first."),
            field="until",
            count=len(missing),
            first=Words((KINDS.get(missing[0].kind, missing[0].kind),)),
            accounts=[one.keys[0] for one in missing],
            remedies=[Remedy("name_accounts", {})],
        )
    if not truth.read["count"]:
        raise Refusal(
            "nothing_to_export",
            N_("Until {day} nothing happened that no export has taken."),
            field="until",
            day=span.until,
        )
    plan = Plan()
    made = plan.create(
        "exchange.AccountingExport",
        number=NUMBER,
        until=span.until,
        upto=span.upto,
        rows=truth.read["count"],
        digest=truth.read["digest"],
        file=truth.read["file"],
    )
    plan.mention(("accounting_export", made))
    return plan
