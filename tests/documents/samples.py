"""Documents of an invented system house, as people would send them."""

from __future__ import annotations

from datetime import date

from tests.documents.people import COMPANY, CONTACT, CUSTOMER, VENDOR, WAREHOUSE
from wharfinger.base import money
from wharfinger.documents import shapes as s

PRODUCTS = (
    (
        "Edge router ER-8 with 8 × 1 GbE, 2 × SFP+",
        "NET-ER8",
        419_000_000,
        "pcs",
        "19-inch, two power supplies, 36 months on-site warranty",
    ),
    ("Wi-Fi 7 access point, ceiling", "NET-AP7-C", 289_500_000, "pcs", ""),
    (
        "Managed switch 24 × PoE++, 740 W",
        "NET-SW24P",
        1_149_000_000,
        "pcs",
        "Layer 3, stackable, mounting kit included",
    ),
    ("Patch cable Cat 6A S/FTP, 2 m, grey", "CAB-6A-2G", 4_350_000, "pcs", ""),
    ("Installation cable Cat 7A, per metre", "CAB-7A-M", 1_237_500, "m", ""),
    (
        "Notebook 14″, 32 GB, 1 TB, German keyboard",
        "NB-14-32-1T",
        1_489_000_000,
        "pcs",
        "With dock, bag and 36 months of accidental damage cover",
    ),
    ("Monitor 27″ USB-C, height adjustable", "MON-27C", 339_900_000, "pcs", ""),
    (
        "Uninterruptible power supply 1500 VA",
        "UPS-1500",
        612_000_000,
        "pcs",
        "Line interactive, network card",
    ),
    ("Firewall licence, 12 months", "LIC-FW-12", 540_000_000, "pcs", ""),
    ("Technician, on site", "SRV-TECH", 118_000_000, "h", "Mounting, cabling, hand-over and instruction"),
    ("NVMe drive 3.84 TB, hot-swap", "SSD-384-HS", 498_750_000, "pcs", ""),
    ("Label printer, 203 dpi, network", "PRN-L203", 265_000_000, "pcs", ""),
)


def rows(
    count: int, *, currency: str = "EUR", rates: tuple[int, ...] = (190_000,), serials: bool = False
) -> tuple[s.LineRow, ...]:
    """Lines whose amounts are quantity times price, rounded once."""
    made = []
    for i in range(count):
        title, sku, price, unit, description = PRODUCTS[i % len(PRODUCTS)]
        decimals = 2 if unit in ("m", "h") else 0
        units = {"m": 15_250, "h": 650}.get(unit, 1 + i * 7 % 12)
        less = 50_000 if i % 5 == 2 else 0
        made.append(
            s.LineRow(
                position=str(i + 1),
                title=title,
                sku=sku,
                description=description,
                quantity=s.Quantity(units, decimals, unit),
                price=s.Price(price, currency),
                less=s.Share(less) if less else None,
                tax=s.Share(rates[i % len(rates)]),
                amount=s.Amount(money.extended(price, units, decimals, currency, less), currency),
                serials=tuple(f"{sku[-2:]}{7_300_412 + i * 31 + n:08d}" for n in range(units))
                if serials and unit == "pcs"
                else (),
            )
        )
    return tuple(made)


def totals(
    lines: tuple[s.LineRow, ...], *, category: str = "S", reason: str = "", paid: int | None = None
) -> s.Totals:
    """Sums of lines, VAT per rate as EN 16931 has it: rounded once per category and rate."""
    amounts = [line.amount for line in lines if line.amount]
    currency = amounts[0].currency
    net = sum(amount.minor for amount in amounts)
    rates = sorted({line.tax.micro for line in lines if line.tax}, reverse=True)
    taxes = []
    for rate in rates:
        base = sum(line.amount.minor for line in lines if line.amount and line.tax and line.tax.micro == rate)
        tax = money.rounded(base * rate, 10**6)
        taxes.append(
            s.TaxRow(
                category if rate == 0 else "S",
                s.Share(rate),
                s.Amount(base, currency),
                s.Amount(tax, currency),
                reason if rate == 0 else "",
            )
        )
    gross = net + sum(row.tax.minor for row in taxes)
    return s.Totals(
        net=s.Amount(net, currency),
        gross=s.Amount(gross, currency),
        taxes=tuple(taxes),
        paid=s.Amount(paid, currency) if paid is not None else None,
        due=s.Amount(gross - paid, currency) if paid is not None else None,
    )


def quote(count: int = 3, **kind: str) -> s.Quote:
    lines = rows(count, **kind)  # type: ignore[arg-type]
    return s.Quote(
        company=COMPANY,
        to=CUSTOMER,
        number="Q-2026-0412",
        dated=date(2026, 11, 3),
        valid_until=date(2026, 12, 3),
        title="Netzwerk für die neue Backstube",
        lines=lines,
        totals=totals(lines),
        customer_reference="Anfrage vom 29.10.",
        contact=CONTACT,
        payment_terms="14 Tage 2 % Skonto, 30 Tage netto",
        delivery_terms="Frei Haus, innerhalb von 10 Werktagen",
    )


def order_confirmation(count: int = 12) -> s.OrderConfirmation:
    lines = rows(count)
    return s.OrderConfirmation(
        company=COMPANY,
        to=CUSTOMER,
        number="SO-2026-0871",
        dated=date(2026, 11, 9),
        lines=lines,
        totals=totals(lines),
        deliver_to=s.Address(
            "Bäckerei Grünkörn & Söhne KG",
            attention="Backstube II",
            street="Hafenstr. 3",
            postcode="24159",
            city="Kiel",
            country="DE",
        ),
        quote_number="Q-2026-0412",
        customer_reference="4500017",
        contact=CONTACT,
        expected_on=date(2026, 11, 20),
        payment_terms="30 Tage netto",
        delivery_terms="Frei Haus",
    )


def purchase_order(count: int = 5) -> s.PurchaseOrder:
    lines = rows(count)
    return s.PurchaseOrder(
        company=COMPANY,
        to=VENDOR,
        number="PO-2026-0233",
        dated=date(2026, 11, 10),
        lines=lines,
        totals=totals(lines),
        deliver_to=WAREHOUSE,
        vendor_reference="A-77231",
        contact=CONTACT,
        expected_on=date(2026, 11, 17),
        payment_terms="30 Tage netto",
        delivery_terms="DAP Hamburg",
        note="Teillieferung erlaubt.",
    )


def rfq(count: int = 5) -> s.Rfq:
    return s.Rfq(
        company=COMPANY,
        to=VENDOR,
        number="RFQ-2026-0012",
        dated=date(2026, 11, 10),
        lines=rows(count),
        answer_by=date(2026, 11, 17),
        contact=CONTACT,
        note="Auch Nachfolger sind willkommen.",
    )


def pick_list(count: int = 12) -> s.PickList:
    picks = tuple(
        s.PickRow(
            f"A{1 + i // 4}-{i % 4 + 1:02d}",
            row.title,
            row.sku,
            row.quantity,
            row.serials[:4],
            f"SO-2026-{871 + i % 2:04d}",
        )
        for i, row in enumerate(rows(count, serials=True))
    )
    return s.PickList(
        company=COMPANY,
        number="PL-2026-1204",
        dated=date(2026, 11, 18),
        location="Hamburg Peutestraße",
        destination=CUSTOMER.address,
        rows=picks,
        orders=("SO-2026-0871", "SO-2026-0872"),
        needed_on=date(2026, 11, 19),
    )


def count_sheet(count: int = 12, *, blind: bool = False) -> s.CountSheet:
    counted = tuple(
        s.CountRow(
            f"A{1 + i // 4}-{i % 4 + 1:02d}",
            row.title,
            row.sku,
            batch="L-2026-04" if i % 3 == 0 else "",
            owner="Nordlicht Pflege gGmbH" if i % 5 == 0 else "",
            books=None if blind else row.quantity,
            serials=() if blind else row.serials[:4],
        )
        for i, row in enumerate(rows(count, serials=True))
    )
    return s.CountSheet(
        company=COMPANY,
        number="CT-17",
        dated=date(2026, 11, 18),
        location="Hamburg Peutestraße",
        rows=counted,
        blind=blind,
        note="Paletten im Gang nicht vergessen.",
        beside=(
            s.BesideRow("Edge router", "RT-100", None if blind else s.Quantity(3, 0, "Stk."), "SO-2026-0871"),
            s.BesideRow("Patchkabel", "CBL-1", None if blind else s.Quantity(250, 2, "m")),
        ),
    )


def put_away_list(count: int = 8) -> s.PutAwayList:
    came = tuple(
        s.PutRow(
            f"A{1 + i // 4}-{i % 4 + 1:02d}" if i < count - 1 else "",
            row.title,
            row.sku,
            row.quantity or s.Quantity(1, 0, "Stk."),
            batch="L-2026-04" if i % 3 == 0 else "",
            serials=() if i % 3 == 0 else row.serials[:4],
            owner="Nordlicht Pflege gGmbH" if i % 5 == 0 else "",
        )
        for i, row in enumerate(rows(count, serials=True))
    )
    return s.PutAwayList(
        company=COMPANY,
        number="Hamburg Peutestraße",
        dated=date(2026, 11, 18),
        inbound="Wareneingang",
        rows=came,
    )


def transfer_slip(count: int = 5) -> s.TransferSlip:
    sent = tuple(
        s.TransferRow(
            row.title,
            row.sku,
            row.quantity or s.Quantity(1, 0, "Stk."),
            batch="L-2026-04" if i % 3 == 0 else "",
            serials=row.serials[:4],
            order="SO-2026-0871" if i % 2 else "",
        )
        for i, row in enumerate(rows(count, serials=True))
    )
    return s.TransferSlip(
        company=COMPANY,
        number="TR-17",
        dated=date(2026, 11, 18),
        source="Hamburg Peutestraße",
        target="Servicewagen 3",
        rows=sent,
        expected_on=date(2026, 11, 20),
        note="Vorsicht, Glas.",
    )


def unit_life() -> s.UnitLife:
    steps = ((18, "Geliefert", "SH-2026-0655"), (19, "Berechnet", "INV-2026-0311"), (25, "Installiert", ""))
    return s.UnitLife(
        company=COMPANY,
        number="SN-000017",
        dated=date(2026, 11, 28),
        title="Router RT-100",
        sku="RT-100",
        customer="Nordlicht Pflege gGmbH",
        rows=tuple(s.LifeRow(date(2026, 11, day), words, papers) for day, words, papers in steps),
        link="https://wharf.example.com/serials/number/SN-000017/",
    )


def packing_list(count: int = 7) -> s.PackingList:
    lines = rows(count, serials=True)
    return s.PackingList(
        company=COMPANY,
        to=CUSTOMER,
        number="SH-2026-0655",
        dated=date(2026, 11, 19),
        boxes=(
            s.Box(
                "BX-3107",
                lines[:3],
                "340123450000031073",
                "00340434161094000015",
                s.Quantity(14_200, 3, "kg"),
                "60 × 40 × 40 cm",
            ),
            s.Box(
                "BX-3108",
                lines[3:-1],
                "340123450000031089",
                "00340434161094000022",
                s.Quantity(9_800, 3, "kg"),
                "60 × 40 × 40 cm",
            ),
            s.Box("", lines[-1:]),
        ),
        orders=("SO-2026-0871",),
        customer_reference="4500017",
        carrier="Hanse Paket Express",
    )


def container_label(count: int = 5) -> s.ContainerLabel:
    return s.ContainerLabel(
        sender=WAREHOUSE,
        to=CUSTOMER.address,
        container="BX-3107",
        rows=rows(count),
        sscc="340123450000031073",
        position=1,
        of=2,
        shipment="SH-2026-0655",
        orders=("SO-2026-0871",),
        customer_reference="4500017",
        carrier="Hanse Paket Express",
        tracking="00340434161094000015",
        weight=s.Quantity(14_200, 3, "kg"),
        size="60 × 40 × 40 cm",
    )


def delivery_note(count: int = 5) -> s.DeliveryNote:
    return s.DeliveryNote(
        company=COMPANY,
        to=CUSTOMER,
        number="SH-2026-0655",
        dated=date(2026, 11, 19),
        lines=rows(count, serials=True),
        orders=("SO-2026-0871",),
        customer_reference="4500017",
        contact=CONTACT,
        carrier="Hanse Paket Express",
        tracking=("00340434161094000015", "00340434161094000022"),
        links=("https://carrier.example/00340434161094000015", ""),
        containers=2,
    )


def invoice(
    count: int = 3,
    *,
    to: s.Party = CUSTOMER,
    currency: str = "EUR",
    rates: tuple[int, ...] = (190_000,),
    category: str = "S",
    reason: str = "",
    paid: int | None = None,
) -> s.Invoice:
    lines = rows(count, currency=currency, rates=rates)
    return s.Invoice(
        company=COMPANY,
        to=to,
        number="INV-2026-1093",
        dated=date(2026, 11, 20),
        lines=lines,
        totals=totals(lines, category=category, reason=reason, paid=paid),
        due_on=date(2026, 12, 20),
        delivered_on=date(2026, 11, 19),
        orders=("SO-2026-0871",),
        customer_reference="4500017",
        contact=CONTACT,
        payment_terms="30 Tage netto ohne Abzug",
    )


def credit_note() -> s.CreditNote:
    lines = rows(1)
    return s.CreditNote(
        company=COMPANY,
        to=CUSTOMER,
        number="CN-2026-0041",
        dated=date(2026, 11, 22),
        lines=lines,
        totals=totals(lines),
        invoice_number="INV-2026-1093",
        invoice_dated=date(2026, 11, 20),
        rma_number="RMA-2026-0019",
        orders=("SO-2026-0871",),
        contact=CONTACT,
        reason="Gerät bei Anlieferung defekt",
    )


def vendor_return() -> s.VendorReturn:
    return s.VendorReturn(
        company=COMPANY,
        to=VENDOR,
        number="VR-17",
        dated=date(2026, 11, 21),
        lines=rows(3),
        orders=("PO-2026-0340",),
        customer_reference="AB-88121",
        contact=CONTACT,
        note="Bei Anlieferung beschädigt",
    )


def rma_slip() -> s.RmaSlip:
    return s.RmaSlip(
        company=COMPANY,
        to=CUSTOMER,
        number="RMA-2026-0019",
        dated=date(2026, 11, 21),
        return_to=WAREHOUSE,
        rows=(
            s.RmaRow(
                "Edge router ER-8 with 8 × 1 GbE, 2 × SFP+",
                "NET-ER8",
                s.Quantity(1, 0, "pcs"),
                ("ER807300412",),
                "Port 3 ohne Verbindung",
                "Ersatz",
            ),
            s.RmaRow(
                "Patch cable Cat 6A S/FTP, 2 m, grey",
                "CAB-6A-2G",
                s.Quantity(4, 0, "pcs"),
                (),
                "Zu viel bestellt",
                "Rückgabe",
            ),
        ),
        valid_until=date(2026, 12, 21),
        order="SO-2026-0871",
        invoice_number="INV-2026-1093",
        contact=CONTACT,
    )


def labels() -> s.Labels:
    return s.Labels(
        (
            s.Label("Edge router ER-8 with 8 × 1 GbE, 2 × SFP+", "NET-ER8", "A1-01"),
            s.Label("Managed switch 24 × PoE++, 740 W", "SN-P24-07300443-GRÜN", "NET-SW24P"),
            s.Label("Hamburg Peutestraße", "BIN-HH-A1-01"),
        )
    )
