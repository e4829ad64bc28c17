"""What a person reads of a document, computed by the database for a whole list in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.reading import ORDER
from wharfinger.demand.rules.words import BEGUN, OPEN_BILLS, OPEN_GOODS
from wharfinger.ledger.models import Account, Holding, Posting


def with_words(rows: QuerySet[Sheet, Sheet], by: str) -> QuerySet[Any, Any]:
    """Add ``goods_word`` and ``money_word`` to orders or work orders, so that lists show and filter by them.

    by: ORDER for sales orders, SHEET for work orders.
    """
    order = by == ORDER
    cancelled = Q(order__cancelled_at__isnull=False) if order else Q(work_order__cancelled_at__isnull=False)
    decided = Q(order__fulfilled_at__isnull=False) if order else Q(work_order__completed_at__isnull=False)
    over: list[Any] = [
        When(cancelled, then=Value("cancelled")),
        When(decided & Q(done__isnull=False), then=Value("closed")),
    ]
    if order:
        over.append(When(order__confirmed_at__isnull=True, then=Value("unconfirmed")))
    goods = Case(
        *over,
        When(decided, then=Value("fulfilled")),
        When(~stands(by, OPEN_GOODS), then=Value("delivered")),
        When(stands(by, BEGUN), then=Value("started")),
        default=Value("unfulfilled"),
        output_field=CharField(),
    )
    accounts = _accounts(by)
    owed: Any = Exists(accounts.filter(balance_minor__gt=0))
    if order:
        owed = owed | Exists(_deposits().filter(balance_minor__gt=0))
    to_ask = stands(by, OPEN_BILLS) | _asked(by, posted=False)
    money = Case(
        *over,
        When(~_asked(by, posted=True) & to_ask, then=Value("uninvoiced")),
        When(Exists(_ours(by)), then=Value("owing")),
        When(owed & Exists(_paid(by)), then=Value("partial")),
        When(owed, then=Value("invoiced")),
        When(to_ask, then=Value("partial")),
        default=Value("paid"),
        output_field=CharField(),
    )
    return rows.annotate(goods_word=goods, money_word=money)


def with_quote_word(rows: QuerySet[Sheet, Sheet], today: Any) -> QuerySet[Any, Any]:
    """Add ``quote_word`` to quotes: won, lost, expired, sent or open."""
    word = Case(
        When(quote__won_at__isnull=False, then=Value("won")),
        When(quote__lost_at__isnull=False, then=Value("lost")),
        When(quote__expires_on__lt=today, then=Value("expired")),
        When(quote__sent_at__isnull=False, then=Value("sent")),
        default=Value("open"),
        output_field=CharField(),
    )
    return rows.annotate(quote_word=word)


def stands(by: str, kinds: Sequence[str]) -> Exists:
    """Whether anything of a document's lines stands at these kinds of place."""
    lines = {f"claim__line__{by}": OuterRef("pk"), "claim__line__void__isnull": True}
    return Exists(Holding.objects.filter(**lines, kind__in=kinds, unbounded=False, quantity__gt=0))


def _asked(by: str, *, posted: bool) -> Exists:
    """Whether bills of a document stand on an invoice that is posted, or on a draft."""
    lines = {f"claim__line__{by}": OuterRef("pk"), "claim__line__void__isnull": True}
    bills = Holding.objects.filter(**lines, kind="invoiced", quantity__gt=0)
    return Exists(bills.filter(place__invoice__posted_at__isnull=not posted))


def _invoices(by: str) -> QuerySet[Any, Any]:
    """How the money book names the invoices that a document's bills ever stood on."""
    lines = {f"claim__line__{by}": OuterRef(OuterRef("pk"))}
    named = Concat(Value("invoice:"), Cast(F("place__invoice__pk"), CharField()), output_field=CharField())
    return Holding.objects.filter(**lines, kind="invoiced", place__invoice__isnull=False).values(
        invoice=named
    )


def _accounts(by: str) -> QuerySet[Account, Account]:
    return Account.objects.filter(kind="receivable", document__in=_invoices(by))


def _deposits() -> QuerySet[Account, Account]:
    """What is owed of deposits that were asked for on an order; they bill no line."""
    asked = Sheet.objects.filter(pk=OuterRef(OuterRef("pk")), invoices__kind="deposit")
    name = Concat(Value("invoice:"), Cast(F("invoices__pk"), CharField()), output_field=CharField())
    return Account.objects.filter(kind="receivable", document__in=asked.values(name=name))


def asked_beforehand() -> Exists:
    """Whether a deposit was asked for on an order."""
    return Exists(
        Sheet.objects.filter(
            pk=OuterRef("pk"), invoices__kind="deposit", invoices__posted_at__isnull=False
        ).order_by()
    )


def _ours(by: str) -> QuerySet[Account, Account]:
    """What we owe the customer of what they paid, since a document's invoices were credited afterwards."""
    lines = {f"claim__line__{by}": OuterRef(OuterRef("pk"))}
    noted = Holding.objects.filter(**lines, kind="invoiced", place__invoice__credit_notes__isnull=False)
    note = Cast(F("place__invoice__credit_notes__pk"), CharField())
    named = noted.values(note=Concat(Value("credit_note:"), note, output_field=CharField()))
    return Account.objects.filter(kind="store_credit", document__in=named, balance_minor__lt=0)


def _paid(by: str) -> QuerySet[Posting, Posting]:
    return Posting.objects.filter(source__kind="receivable", source__document__in=_invoices(by))
