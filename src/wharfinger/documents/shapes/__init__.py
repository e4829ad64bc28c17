"""What stands on each document: plain immutable values, no Django, no words of any language, exactly what is printed.

Money is in minor units, prices and shares at 10⁻⁶, quantities in 10⁻ᵈ of the unit."""

from __future__ import annotations

from wharfinger.documents.values import (
    Address,
    Amount,
    Bank,
    Company,
    Each,
    GroupHead,
    Label,
    LifeRow,
    LineRow,
    OwnValue,
    Party,
    Person,
    Price,
    Quantity,
    RmaRow,
    Share,
    TaxRow,
    Totals,
    TransferRow,
    WayToPay,
)

__all__ = [
    "Address",
    "Amount",
    "Bank",
    "BesideRow",
    "Box",
    "Company",
    "ContainerLabel",
    "CountRow",
    "CountSheet",
    "CreditNote",
    "DeliveryNote",
    "Each",
    "GroupHead",
    "Invoice",
    "Label",
    "Labels",
    "LifeRow",
    "LineRow",
    "OrderConfirmation",
    "OwnValue",
    "PackingList",
    "Party",
    "Person",
    "PickList",
    "PickRow",
    "Price",
    "PurchaseOrder",
    "PutAwayList",
    "PutRow",
    "Quantity",
    "Quote",
    "Reminder",
    "ReminderRow",
    "Rfq",
    "RmaRow",
    "RmaSlip",
    "Shape",
    "Share",
    "Statement",
    "StatementRow",
    "TaxRow",
    "Totals",
    "TransferRow",
    "TransferSlip",
    "UnitLife",
    "VendorReturn",
    "WayToPay",
]


from wharfinger.documents.shapes.goods import (
    BesideRow,
    Box,
    CountRow,
    CountSheet,
    DeliveryNote,
    PackingList,
    PickList,
    PickRow,
    PutAwayList,
    PutRow,
    RmaSlip,
    TransferSlip,
    UnitLife,
    VendorReturn,
)
from wharfinger.documents.shapes.labels import ContainerLabel, Labels
from wharfinger.documents.shapes.money import (
    CreditNote,
    Invoice,
    OrderConfirmation,
    PurchaseOrder,
    Quote,
    Reminder,
    ReminderRow,
    Rfq,
    Statement,
    StatementRow,
)

Shape = (
    Quote
    | OrderConfirmation
    | PurchaseOrder
    | PickList
    | CountSheet
    | PutAwayList
    | TransferSlip
    | UnitLife
    | PackingList
    | ContainerLabel
    | DeliveryNote
    | VendorReturn
    | Reminder
    | Rfq
    | Invoice
    | CreditNote
    | RmaSlip
    | Statement
    | Labels
)
