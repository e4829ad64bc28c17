"""From a shape to the bytes of a PDF. The shape goes in as data, so nothing that is typed becomes markup."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from wharfinger.base import further
from wharfinger.documents import codes, shapes
from wharfinger.documents.figures import spoken
from wharfinger.documents.rules.columns import pruned
from wharfinger.documents.words import words

HERE = Path(__file__).parent

TEMPLATES: dict[type[shapes.Shape], str] = {
    shapes.Quote: "quote",
    shapes.OrderConfirmation: "order_confirmation",
    shapes.PurchaseOrder: "purchase_order",
    shapes.Rfq: "rfq",
    shapes.PickList: "pick_list",
    shapes.CountSheet: "count_sheet",
    shapes.PutAwayList: "put_away_list",
    shapes.TransferSlip: "transfer_slip",
    shapes.UnitLife: "unit_life",
    shapes.PackingList: "packing_list",
    shapes.ContainerLabel: "container_label",
    shapes.DeliveryNote: "delivery_note",
    shapes.Invoice: "invoice",
    shapes.CreditNote: "credit_note",
    shapes.Reminder: "reminder",
    shapes.RmaSlip: "rma_slip",
    shapes.Statement: "statement",
    shapes.VendorReturn: "vendor_return",
    shapes.Labels: "labels",
}

MOST_REFERENCE = 140
"""So many characters say in a SEPA transfer what it is for."""

_LONG = re.compile(r"\S{24,}")
_ENDLESS = re.compile(r"[^\s\u200b]{31,}")
_JOINT = re.compile(r"(?<=[@/_.,;:+-])(?=\w)")
_per_thread = threading.local()


def render(*pieces: shapes.Shape, language: str, draft: bool = False) -> bytes:
    """The document as PDF in the language; several of one kind become one file, each from its own page one.

    draft: whether it is not final, which is then written across every page. The same shape gives the same
    bytes at any time. Raises typst's error when the template does not compile.
    """
    assert len({type(piece) for piece in pieces}) == 1, pieces
    data = {
        "documents": [_data(piece, language) for piece in pieces],
        "words": words(language),
        "language": language,
        "draft": draft,
    }
    dated: date | None = getattr(pieces[0], "dated", None)
    pdf = _compiler().compile(
        input=str(HERE / "typst" / f"{TEMPLATES[type(pieces[0])]}.typ"),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="pdf",
        timestamp=int(datetime.combine(dated or date(2000, 1, 1), time(), UTC).timestamp()),
    )
    assert isinstance(pdf, bytes)
    return pdf


@lru_cache(maxsize=8)
def drawable(logo: str) -> bool:
    """Whether a logo can be drawn, so that a broken one stops no document."""
    if not logo:
        return False
    source = f'#image(bytes({json.dumps(logo, ensure_ascii=False)}), format: "svg", height: 14mm)'
    try:
        typst.compile(source.encode())
    except typst.TypstError:
        return False
    return True


def _compiler() -> typst.Compiler:
    """One compiler per thread; ours are the fonts, the system's only draw what ours lack."""
    if not hasattr(_per_thread, "compiler"):
        _per_thread.compiler = typst.Compiler(root=str(HERE / "typst"), font_paths=[str(HERE / "fonts")])
    compiler: typst.Compiler = _per_thread.compiler
    return compiler


def _data(shape: shapes.Shape, language: str) -> dict[str, Any]:
    shape = pruned(shape)
    company: shapes.Company | None = getattr(shape, "company", None)
    sender: shapes.Address | None = company.address if company else getattr(shape, "sender", None)
    data: dict[str, Any] = _breakable(spoken(shape, language, sender.country if sender else ""))
    if company:
        data["company"]["logo"] = company.logo
    return data | {"codes": _codes(shape)}


def _breakable(value: Any) -> Any:
    """Let long words break at their joints, and endless ones anywhere, instead of running off the paper."""
    match value:
        case str():
            jointed = _LONG.sub(lambda long: _JOINT.sub("\u200b", long[0]), value)
            return _ENDLESS.sub(lambda endless: "\u200b".join(endless[0]), jointed)
        case list():
            return [_breakable(item) for item in value]
        case dict():
            return {key: _breakable(item) for key, item in value.items()}
    return value


def _codes(shape: shapes.Shape) -> dict[str, Any]:
    """The pictures to scan on a document, and whether there is still something to pay."""
    match shape:
        case shapes.PickList():
            return {"number": _number(shape.number), "rows": [codes.qr(row.sku) for row in shape.rows]}
        case shapes.Quote() if any(row.picture for row in shape.lines):
            return {"pictures": [codes.photo(further.picture(row.picture)) for row in shape.lines]}
        case shapes.PutAwayList():
            # Of what has a number each, the unit itself is scanned.
            found = ["" if row.serials else row.batch or row.sku for row in shape.rows]
            return {"rows": [codes.qr(code) if code else "" for code in found]}
        case shapes.TransferSlip() | shapes.CountSheet():
            rows = [codes.qr(row.sku) for row in shape.rows]
            return {"number": _number(shape.number), "rows": rows}
        case shapes.UnitLife():
            return {"number": _number(shape.number), "link": codes.qr(shape.link) if shape.link else ""}
        case shapes.DeliveryNote() if shape.signature:
            drawn = codes.photo(further.picture(shape.signature), 320)
            return {"number": _number(shape.number), "signature": drawn}
        case shapes.PackingList() | shapes.DeliveryNote() | shapes.RmaSlip():
            return {"number": _number(shape.number)}
        case shapes.ContainerLabel():
            bars = codes.sscc(shape.sscc) if shape.sscc else codes.code128(shape.container)
            return {"container": bars}
        case shapes.Invoice():
            due = shape.totals.due if shape.totals.due is not None else shape.totals.gross
            holder = shape.company.address.name
            ways = shape.ways or (shapes.WayToPay(due),)
            found = [
                codes.payment_qr(
                    shape.company.bank,
                    one.amount,
                    holder=holder,
                    reference=f"{shape.number} {one.quoting}".strip() if shape.number else "",
                )
                for one in ways
            ]
            return {"pay": found if all(found) else [], "settled": due.minor <= 0}
        case shapes.Reminder():
            # The invoices are named as far as a transfer has room, so that what comes finds them.
            fee = [shape.fee[0]] if shape.fee is not None else []
            named = ", ".join([*(row.number for row in shape.rows), *fee])
            reference = named if len(named) <= MOST_REFERENCE else shape.number
            holder = shape.company.address.name
            pay = codes.payment_qr(shape.company.bank, shape.total, holder=holder, reference=reference)
            return {"pay": pay, "reference": reference}
        case shapes.Labels():
            return {"rows": [_label(row.code, shape) for row in shape.rows]}
    return {}


def _label(code: str, shape: shapes.Labels) -> str:
    return codes.qr(code) if shape.square else codes.code128(code, within=shape.paper.width // 100 - 4)


def _number(number: str) -> str:
    return codes.code128(number) if number else ""
