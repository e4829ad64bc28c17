"""Two thousand invoices and credit notes of every tax, discount, currency, unit and language, to the last coin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest
from django.db.models import Q

from tests.documents.reading import pages
from tests.exact.generated import CURRENCIES, TAXES, UNITS, Billed, Deal, deals
from tests.exact.recomputed import (
    DECIMALS,
    Beforehand,
    Off,
    Sums,
    at_home,
    credited,
    invoiced,
    notes_of,
    to_coins,
)
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import add_tax_code, change_product
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import Line
from wharfinger.documents.actions.issuing import pdf
from wharfinger.documents.queries import billing
from wharfinger.ledger.models import Account, Posting
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization
from wharfinger.pricing.actions import set_rates

pytestmark = pytest.mark.django_db
CHUNKS, DOCUMENTS, PRINTED = 10, 200, 8
"""So many runs make so many documents each; of so many the printed figures are read, too."""
COINS = {"CHF": 5, "JPY": 10, "USD": 25}
"""The smallest coins of currencies in which some runs ask for what coins can pay."""
KEPT = ("revenue", "tax", "deposit")
"""The accounts of what we earned, of what we owe the tax office, and of what was asked for beforehand."""


def some(seed: int) -> Iterator[Deal]:
    """The deals of one run: as many as make its documents."""
    made = 0
    for deal in deals(seed):
        if made >= DOCUMENTS:
            return
        made += deal.documents
        yield deal


class Shop:
    """A company that has every tax and unit, and the API through which everything is typed."""

    def __init__(self, company: World, call: Any) -> None:
        self.call = call
        self.products: dict[tuple[str, str], int] = {}
        self.services: dict[str, int] = {}
        self.read: Counter[str] = Counter()
        days = [
            {"currency": currency, "rate": rate, "valid_from": "2020-01-01"}
            for currency, rate in CURRENCIES.items()
            if currency != "EUR"
        ]
        set_rates(actor=HOUSE, rates=days)
        set_setting(actor=HOUSE, name="company", value={"tax_number": "DE136695976"})
        for taxed in TAXES:
            values = {
                "code": f"X-{taxed.code}",
                "name": taxed.code,
                "category": taxed.category,
                "rate": taxed.rate,
            }
            if taxed.reason:
                values["exemption_reason"] = taxed.reason
            if taxed.second != "0":
                values |= {
                    "second_name": f"II {taxed.code}",
                    "second_rate": taxed.second,
                    "compound": taxed.compound,
                }
            code = TaxCode.objects.get(pk=add_tax_code(actor=HOUSE, values=values).one("catalog.TaxCode"))
            self.services[taxed.code] = company.product(kind="service", tax_code=code).pk
            for unit, (decimals, holds) in UNITS.items():
                product = company.product(tax_code=code, quantity_decimals=decimals)
                if holds > 1:
                    box = {"name": unit, "factor": str(holds), "for_selling": True}
                    change_product(actor=HOUSE, product=product.pk, values={}, units=[box])
                self.products[taxed.code, unit] = product.pk
        self.customers = {
            language: Organization.objects.create(
                name=f"Customer {language}",
                language=language,
                terms_days=14,
                tax_number="ATU12345678",
            ).pk
            for language in ("en", "de")
        }

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """An answer of the API that is none of its refusals."""
        status, answer = self.call(method, path, body)
        assert status in (200, 201), (path, body, answer)
        return answer

    def won(self, deal: Deal) -> list[int]:
        """Offer and win it; its lines on the order, in their order."""
        lines = []
        for line in deal.lines:
            if line.fee:
                continue
            decimals, holds = UNITS[line.unit]
            lines.append(
                {
                    "product": self.products[line.tax.code, line.unit],
                    "quantity": written(line.quantity if holds == 1 else line.quantity // holds, decimals),
                    "unit": line.unit if holds > 1 else "",
                    "unit_price": line.price,
                    "discount_percent": line.percent,
                    "discount_each": line.each,
                    "group_at": line.group,
                }
            )
        quote = self.ask(
            "post",
            "/quotes",
            {
                "organization": self.customers[deal.language],
                "currency": deal.currency,
                "tax_included": deal.included,
                "groups": [{"title": f"G{n}", "discount_percent": p} for n, p in enumerate(deal.groups)],
                "discount_percent": deal.whole,
                "lines": lines,
            },
        )
        order = self.ask("post", f"/quotes/{quote['id']}/win", {})["order"]
        return [line["id"] for line in self.ask("get", f"/orders/{order}")["lines"]]

    def asked(self, deal: Deal, lines: list[int]) -> Any:
        """Ask for the deposit of a deal; what the API answers of it."""
        order = Line.objects.get(pk=lines[0]).order_id
        body = {"order": order, "product": self.services["S19"], "percent": deal.deposit}
        made = self.ask("post", "/invoices/deposit", body)
        return self.ask("get", f"/invoices/{made['id']}")

    def billed(
        self, deal: Deal, bill: Billed, lines: list[int], offs: Sequence[Off] = ()
    ) -> tuple[Any, list[Any]]:
        """Write one of its invoices and the credit notes of it; what the API answers of each."""
        rows, fees = [], []
        for n, units in bill.rows:
            if (typed := deal.lines[n]).fee:
                service = self.services[typed.tax.code]
                fees.append({"product": service, "quantity": str(units), "unit_price": typed.price})
                continue
            row = {"line": lines[n], "quantity": written(units, UNITS[deal.lines[n].unit][0])}
            if bill.price is not None:
                row["unit_price"] = bill.price
            if bill.percent is not None:
                row["discount_percent"] = bill.percent
            rows.append(row)
        made = self.ask("post", "/invoices", {"lines": rows, "fees": fees, "draft": bill.draft})
        if bill.draft:
            made = self.ask("post", f"/invoices/{made['id']}/post", {})
        notes = []
        places = [*(UNITS[deal.lines[n].unit][0] for n, _ in bill.rows), *(0 for _ in offs)]
        for note in notes_of(bill, offs):
            taken = [
                {"invoice_line": made["lines"][at]["id"], "quantity": written(units, places[at])}
                for at, units in note
            ]
            notes.append(self.ask("post", "/credit-notes", {"lines": taken}))
        return self.ask("get", f"/invoices/{made['id']}"), notes


def written(units: int, decimals: int) -> str:
    """Smallest units as a quantity is typed."""
    return str(units) if not decimals else f"{units // 10**decimals}.{units % 10**decimals:0{decimals}d}"


def minor(text: str, currency: str) -> int:
    """An amount that the API tells, in the smallest coin; it has exactly the currency's decimals."""
    _, _, after = text.partition(".")
    assert len(after) == DECIMALS[currency], text
    return int(text.replace(".", ""))


def says(answer: Any, sums: Sums, currency: str) -> None:
    """What the API tells of a document is what it comes to."""
    told = [minor(answer[name], currency) for name in ("net", "tax", "rounding", "total")]
    assert told == [sums.net, sums.tax, sums.rounding, sums.total], answer


def prints(kind: str, pk: int, sums: Sums) -> None:
    """What stands on the paper of a document is what it comes to, its breakdown of taxes row by row."""
    shape = (billing.invoice if kind == "invoice" else billing.credit_note)(pk, "en")
    assert (shape.totals.net.minor, shape.totals.gross.minor) == (sums.net, sums.total)
    assert (shape.totals.rounding.minor if shape.totals.rounding else 0) == sums.rounding
    found: dict[tuple[str, str, Fraction], tuple[int, int]] = {}
    for row in shape.totals.taxes:
        key = "second" if row.name else "first", row.category, Fraction(row.rate.micro, 10**6)
        before = found.get(key, (0, 0))
        found[key] = before[0] + row.base.minor, before[1] + row.tax.minor
    expected = {("first", *key): (net, tax) for key, (net, tax) in sums.first.items()}
    expected |= {("second", *key): (net, tax) for key, (net, tax) in sums.second.items()}
    assert found == expected


def reads(kind: str, pk: int, sums: Sums, deal: Deal) -> None:
    """The figures are read from the PDF, in the customer's language."""
    text = " ".join(pages(pdf(actor=HOUSE, kind=kind, pk=pk)))
    places = DECIMALS[deal.currency]
    for figure in (sums.net, sums.total):
        whole, rest = divmod(figure, 10**places)
        grouped = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
        if deal.language == "de":
            grouped = grouped.translate(str.maketrans(",.", ".,"))
        assert re.search(rf"(?<![\d.,]){re.escape(grouped)}(?![\d])", text), (grouped, text)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(CHUNKS))
def test_every_sum_is_what_exact_arithmetic_gives(seed: int, company: World, call: Any) -> None:
    """On the API, on paper and in the books; and credit notes that take all back leave nothing.

    Every other run rounds what it asks for to coins.
    """
    shop = Shop(company, call)
    coins = COINS if seed % 2 else {}
    set_setting(actor=HOUSE, name="cash_rounding", value=coins)
    made = printed = 0
    for deal in some(seed):
        lines, beforehand = shop.won(deal), Beforehand(deal)
        if beforehand.said:
            to_coins(beforehand.sums, [], coins.get(deal.currency, 1))
            answer = shop.asked(deal, lines)
            says(answer, beforehand.sums, deal.currency)
            prints("invoice", answer["id"], beforehand.sums)
        for bill in deal.invoices:
            offs = beforehand.take(deal, bill)
            sums, amounts, nets = invoiced(deal, bill, offs)
            notes = credited(deal, bill, offs)
            to_coins(sums, notes, coins.get(deal.currency, 1))
            answer, given = shop.billed(deal, bill, lines, offs)
            says(answer, sums, deal.currency)
            told = [minor(row["net"], deal.currency) for row in answer["lines"]]
            assert told == nets
            if deal.included:
                assert [minor(row["gross"], deal.currency) for row in answer["lines"]] == amounts
            prints("invoice", answer["id"], sums)
            for note, back in zip(given, notes, strict=True):
                says(note, back, deal.currency)
                prints("credit-note", note["id"], back)
            left = sums.total - sum(back.total for back in notes)
            assert minor(answer["open"], deal.currency) == left
            assert left >= 0
            owed = Account.objects.filter(kind="receivable", document=f"invoice:{answer['id']}").first()
            assert (owed.balance_minor if owed else 0) == left
            if printed < PRINTED and (made + seed) % 3 == 0:
                printed += 1 + len(given)
                reads("invoice", answer["id"], sums, deal)
                for note, back in zip(given, notes, strict=True):
                    reads("credit-note", note["id"], back, deal)
            made += 1 + len(given)
            every = Counter(dict.fromkeys(range(len(bill.rows)), 0))
            for taken in notes_of(bill):
                every.update(dict(taken))
            if bill.back:
                beforehand.give_back(deal, offs)
            if all(every[n] == units for n, (_, units) in enumerate(bill.rows)):
                assert [sum(one.net for one in notes), sum(one.tax for one in notes)] == [sums.net, sums.tax]
                assert sum(one.total for one in notes) == sums.total
    assert made >= DOCUMENTS
    assert printed >= PRINTED
    books(seed)
    clean()


def books(seed: int) -> None:
    """Revenue and taxes in the accounts are what all documents of the run come to, in their currency and at home."""
    expected: Counter[tuple[str, str]] = Counter()
    for deal in some(seed):
        beforehand, rate = Beforehand(deal), CURRENCIES[deal.currency]
        for _, tax in (*beforehand.sums.first.values(), *beforehand.sums.second.values()):
            expected["tax", deal.currency] += tax
            expected["tax at home", deal.currency] += at_home(tax, deal.currency, rate)
        for bill in deal.invoices:
            offs = beforehand.take(deal, bill)
            for off in offs:
                # It is earned at what it was worth when it was asked for, and given back at the rate of its invoice.
                back = (off.net, at_home(off.net, deal.currency, rate)) if bill.back else (0, 0)
                expected["revenue", deal.currency] += off.net - back[0]
                expected["revenue at home", deal.currency] += off.home - back[1]
            if bill.back:
                beforehand.give_back(deal, offs)
            parts = [
                (1, invoiced(deal, bill, offs)[0]),
                *((-1, one) for one in credited(deal, bill, offs)),
            ]
            for sign, sums in parts:
                amounts = {"revenue": [sums.net]}
                amounts["tax"] = [tax for _, tax in (*sums.first.values(), *sums.second.values())]
                for kind, listed in amounts.items():
                    expected[kind, deal.currency] += sign * sum(listed)
                    expected[f"{kind} at home", deal.currency] += sign * sum(
                        at_home(one, deal.currency, rate) for one in listed
                    )
        expected["deposit", deal.currency] += beforehand.left
        expected["deposit at home", deal.currency] += beforehand.home
    found: Counter[tuple[str, str]] = Counter()
    posted = Posting.objects.select_related("source", "target")
    for posting in posted.filter(Q(source__kind__in=KEPT) | Q(target__kind__in=KEPT)):
        for sign, account in ((1, posting.source), (-1, posting.target)):
            if account.kind in KEPT:
                found[account.kind, account.currency] += sign * posting.amount_minor
                found[f"{account.kind} at home", account.currency] += sign * posting.home_minor
    assert +found == +expected


def test_the_deals_are_of_every_kind() -> None:
    """No tax, currency, unit, language or kind of discount is left out, and credit comes in parts."""
    every = [deal for seed in range(CHUNKS) for deal in some(seed)]
    assert sum(deal.documents for deal in every) >= 2000
    lines = [(deal, line) for deal in every for line in deal.lines]
    met = {(line.tax.code, deal.currency, deal.included) for deal, line in lines}
    assert len(met) == len(TAXES) * len(CURRENCIES) * 2
    assert {line.unit for _, line in lines} == set(UNITS)
    assert {deal.language for deal in every} == {"en", "de"}
    assert any(line.percent != "0" and line.each != "0" and line.group is not None for _, line in lines)
    assert any(deal.whole != "0" and deal.groups for deal in every)
    assert {(line.tax.code, deal.included) for deal, line in lines if line.fee} > {
        ("S7", True),
        ("QX", False),
    }
    bills = [bill for deal in every for bill in deal.invoices]
    asked = [deal for deal in every if Beforehand(deal).said]
    assert {(line.tax.code, deal.included) for deal in asked for line in deal.lines} >= {
        (taxed.code, included) for taxed in TAXES for included in (True, False)
    }
    assert {deal.currency for deal in asked} == set(CURRENCIES)
    assert any(len(Beforehand(deal).said) > 3 and len(deal.invoices) > 2 for deal in asked)
    assert any(bill.back for deal in asked for bill in deal.invoices[:-1])
    assert any(len(bill.credits) > 2 for bill in bills)
    assert any(bill.draft and bill.price and bill.percent for bill in bills)
    assert list(islice(deals(3), 2)) == list(islice(deals(3), 2))
