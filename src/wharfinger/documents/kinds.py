"""Every kind of document: who may read it, whose shape it has, and when it is final.

A new document is one row here, one shape, one template.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wharfinger.base import access, owned
from wharfinger.base.access import Actor
from wharfinger.base.door import MOST_ID
from wharfinger.base.refusal import N_, NotThere
from wharfinger.billing.models import CreditNote, Invoice, Reminder
from wharfinger.documents import shapes
from wharfinger.documents.queries import billing, buying, claiming, reminding, returning, selling, shipping
from wharfinger.documents.queries.parties import language_of
from wharfinger.documents.queries.past import Past
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.ledger.models import Fact
from wharfinger.purchasing.models import PurchaseOrder, VendorReturn
from wharfinger.purchasing.models.quoting import RfqVendor
from wharfinger.returns.models import Rma, VendorClaim
from wharfinger.sales.models import Order, Quote


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document, about one row of the house."""

    name: str
    permission: str
    subject: str
    model: type[Any]
    shape: type[shapes.Shape]
    read: Callable[[int, str], shapes.Shape]
    reader: str = "organization"
    """The way from the row to the organization in whose language it is written."""
    made: str = "made_id"
    decision: str = ""
    """The column whose filling makes it final; without one it is final as soon as it is made."""
    kept: bool = True
    """Whether it is kept once it is final; what only helps our own hands is printed afresh."""
    amends: bool = False
    """Whether it may change afterwards: the changed one is then a further issue beside the earlier."""

    called: Callable[[int], str] | None = None
    """What this one is called, among the words of documents, where those of its kind have several names."""
    also: str = ""
    """A further permission that it needs."""

    def require(self, actor: Actor) -> None:
        """Let the actor pass who may read documents of this kind; raise NotAllowed otherwise."""
        access.require(actor, self.permission)
        if self.also:
            access.require(actor, self.also)

    def language(self, pk: int) -> str:
        """The language it is written in; raises NotThere when there is no such row."""
        rows = self.model.objects.filter(pk=pk) if pk <= MOST_ID else self.model.objects.none()
        found = rows.values_list(f"{self.reader}__language", f"{self.reader}__pk").first()
        if found is None:
            raise NotThere("no_such_document", N_("There is no such document."))
        language, reader = found
        if self.kept and not self.amends:
            language = Past(self.final(pk)).value(f"organization:{reader}", "language", language)
        return language_of(language)

    def of(self, pk: int, language: str) -> shapes.Shape:
        """What stands on the document, in that language; raises NotThere when there is no such row."""
        with owned.at_hand():
            return self.read(pk, language)

    def final(self, pk: int) -> int | None:
        """The entry that made it final, if one did."""
        columns = [column for column in (self.made, self.decision) if column]
        row = self.model.objects.filter(pk=pk).values(*columns).first()
        if row is None or (self.decision and row[self.decision] is None):
            return None
        about = Fact.objects.filter(subject=f"{self.subject}:{pk}", field=self.decision or None)
        decided = about.order_by("-id").values_list("entry_id", flat=True).first() if self.decision else None
        return int(decided or row[self.made])


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "quote",
            "sales.read",
            "quote",
            Quote,
            shapes.Quote,
            selling.quote,
            reader="sheet__organization",
            made="sheet__made_id",
            decision="sent_at",
            amends=True,
        ),
        Kind(
            "order-confirmation",
            "sales.read",
            "order",
            Order,
            shapes.OrderConfirmation,
            selling.order_confirmation,
            reader="sheet__organization",
            made="sheet__made_id",
            decision="confirmed_at",
            amends=True,
        ),
        Kind(
            "purchase-order",
            "purchasing.read",
            "purchase_order",
            PurchaseOrder,
            shapes.PurchaseOrder,
            buying.purchase_order,
            reader="vendor",
            decision="submitted_at",
            also="catalog.see_cost",
            amends=True,
        ),
        Kind(
            "rfq",
            "purchasing.read",
            "rfq_vendor",
            RfqVendor,
            shapes.Rfq,
            buying.rfq,
            reader="vendor",
            amends=True,
        ),
        Kind(
            "packing-list",
            "fulfilment.read",
            "shipment",
            Shipment,
            shapes.PackingList,
            shipping.packing_list,
            amends=True,
        ),
        Kind(
            "delivery-note",
            "fulfilment.read",
            "shipment",
            Shipment,
            shapes.DeliveryNote,
            shipping.delivery_note,
            amends=True,
        ),
        Kind(
            "box-list",
            "fulfilment.read",
            "container",
            Container,
            shapes.PackingList,
            shipping.box_list,
            kept=False,
        ),
        Kind(
            "container-label",
            "fulfilment.read",
            "container",
            Container,
            shapes.ContainerLabel,
            lambda pk, _language: shipping.container_label(pk),
            kept=False,
        ),
        Kind(
            "invoice",
            "billing.read",
            "invoice",
            Invoice,
            shapes.Invoice,
            billing.invoice,
            decision="posted_at",
            called=billing.called,
        ),
        Kind(
            "credit-note", "billing.read", "credit_note", CreditNote, shapes.CreditNote, billing.credit_note
        ),
        Kind(
            "reminder",
            "billing.read",
            "reminder",
            Reminder,
            shapes.Reminder,
            reminding.reminder,
            called=reminding.called,
        ),
        Kind(
            "rma-slip",
            "returns.read",
            "rma",
            Rma,
            shapes.RmaSlip,
            returning.rma_slip,
            decision="approved_at",
            amends=True,
        ),
        Kind(
            "vendor-return",
            "purchasing.read",
            "vendor_return",
            VendorReturn,
            shapes.VendorReturn,
            buying.vendor_return,
            reader="vendor",
        ),
        Kind(
            "vendor-claim",
            "returns.read",
            "vendor_claim",
            VendorClaim,
            shapes.VendorReturn,
            claiming.vendor_claim,
            reader="vendor",
            decision="sent_at",
        ),
    )
}


def kind_named(name: str) -> Kind:
    """The kind of document of that name; raises NotThere when there is none."""
    if name not in KINDS:
        raise NotThere("no_such_document", N_("There is no such document."))
    return KINDS[name]
