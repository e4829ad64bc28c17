"""One search over everything: numbers of ours and theirs, serials, SKUs, GTINs, tracking numbers, names.

Each kind of thing is looked up by an index, in the order in which people most likely mean it; numbers and
codes first, names by their beginning last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from wharfinger.base import configuration
from wharfinger.base.access import Actor
from wharfinger.base.words import same
from wharfinger.billing.models import CreditNote, Invoice, Payment
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import families, scanned, varied
from wharfinger.catalog.rules.families import full_name
from wharfinger.demand.models import SUBJECTS, Sheet
from wharfinger.devices.models import Device, Subscription
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import Contact, Organization
from wharfinger.purchasing.models import PurchaseOrder, Receipt
from wharfinger.returns.models import Rma
from wharfinger.sales.models import Opportunity
from wharfinger.stock.models import Bin, Count, Location, TransferOrder

ON_LABELS = "/serials/number/"
EACH = 8
"""How many of one kind are shown; who looks for more narrows the list of that kind."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: its subject, its number or name, and what tells it apart."""

    subject: str
    title: str
    about: str = ""


Finder = Callable[[str], Iterable[Hit]]


def _sheets(*kinds: str) -> Finder:
    def find(text: str) -> Iterable[Hit]:
        named = Q(number__iexact=text) | Q(customer_reference=text)
        found = Sheet.objects.filter(named, kind__in=kinds, void__isnull=True)
        for sheet in found.select_related("organization").order_by("-pk")[:EACH]:
            yield Hit(f"{SUBJECTS[sheet.kind]}:{sheet.pk}", sheet.number, sheet.organization.name)

    return find


def _numbered(model: Any, subject: str, about: str = "organization__name", *others: str) -> Finder:
    def find(text: str) -> Iterable[Hit]:
        wanted = Q(number__iexact=text)
        for field in others:
            wanted |= Q(**{field: text})
        rows = (
            model.objects.filter(wanted, void__isnull=True)
            .order_by("-pk")
            .values_list("pk", "number", about)[:EACH]
        )
        for pk, number, name in rows:
            yield Hit(f"{subject}:{pk}", number, name or "")

    return find


def _devices(text: str) -> Iterable[Hit]:
    """Devices by their number or reference; among a million no index finds a number whatever its letters."""
    alike = {text, text.upper(), text.lower(), text.capitalize()}
    wanted = Q(number__in=alike) | (Q(reference=text) & ~Q(reference=""))
    rows = Device.objects.filter(wanted, void__isnull=True).order_by("-pk")
    for pk, number, name in rows.values_list("pk", "number", "product__name")[:EACH]:
        yield Hit(f"device:{pk}", number, name)


def _serials(text: str) -> Iterable[Hit]:
    for lot in Lot.objects.filter(code_key=same(text)).select_related("product").order_by("-pk")[:EACH]:
        yield Hit(f"lot:{lot.pk}", lot.code, f"{lot.product.sku} {lot.product.name}")


def _products(text: str) -> Iterable[Hit]:
    numbered = Product.objects.filter(vendors__part_number=text, vendors__void__isnull=True)
    of_vendor = numbered.annotate(stays=Coalesce("merged_into", "pk")).values_list("stays", flat=True)
    exact = Product.objects.filter(
        pk__in={*(one.product.pk for one in scanned([text]).values()), *of_vendor[:EACH]}
    )
    alike = Product.objects.filter(merged_into__isnull=True)
    named = alike.filter(Q(name__istartswith=text) | Q(sku__istartswith=text) | varied(text))
    for product in {p.pk: p for p in (*exact[:EACH], *named.order_by("name")[:EACH])}.values():
        yield Hit(f"product:{product.pk}", product.sku, full_name(product))


def _families(text: str) -> Iterable[Hit]:
    for family in families().filter(name__istartswith=text).order_by("name")[:EACH]:
        yield Hit(f"family:{family.pk}", family.name)


def _organizations(text: str) -> Iterable[Hit]:
    found = Organization.objects.filter(
        Q(name__istartswith=text) | Q(reference=text) | Q(tax_number=text)
    ).order_by("name")
    for one in found.select_related("merged_into")[:EACH]:
        stays = one.merged_into or one
        yield Hit(f"organization:{stays.pk}", stays.name, stays.reference if stays is one else one.name)


def _contacts(text: str) -> Iterable[Hit]:
    found = Contact.objects.filter(Q(name__istartswith=text) | Q(email__iexact=text)).select_related(
        "organization"
    )
    for contact in found.order_by("name")[:EACH]:
        yield Hit(f"organization:{contact.organization_id}", contact.name, contact.organization.name)


def _places(text: str) -> Iterable[Hit]:
    """Locations by how their name begins, and bins by their label."""
    for one in Location.objects.filter(name__istartswith=text).order_by("name")[:EACH]:
        yield Hit(f"location:{one.pk}", one.name)
    found = Bin.objects.filter(name__iexact=text, retired_on__isnull=True).select_related("location")
    for bin in found.order_by("location__name")[:EACH]:
        yield Hit(f"bin:{bin.pk}", bin.name, bin.location.name)


FINDERS: tuple[tuple[str, str, Finder], ...] = (
    ("sales.read", "", _sheets("quote", "order")),
    ("work.read", "", _sheets("ticket", "project", "contract")),
    ("work.read", "jobs", _sheets("job")),
    ("sales.read", "", _numbered(Opportunity, "opportunity")),
    ("purchasing.read", "", _numbered(PurchaseOrder, "purchase_order", "vendor__name", "external_number")),
    ("purchasing.read", "", _numbered(Receipt, "receipt", "vendor__name", "vendor_invoice_number")),
    ("fulfilment.read", "", _numbered(Shipment, "shipment", "organization__name", "tracking")),
    ("fulfilment.read", "", _numbered(Container, "container", "organization__name", "tracking", "sscc")),
    ("billing.read", "", _numbered(Invoice, "invoice")),
    ("billing.read", "", _numbered(CreditNote, "credit_note")),
    ("billing.read", "", _numbered(Payment, "payment", "organization__name", "reference")),
    ("devices.read", "", _devices),
    ("devices.read", "", _numbered(Subscription, "subscription")),
    ("returns.read", "rma", _numbered(Rma, "rma")),
    ("stock.read", "", _numbered(Count, "count", "location__name")),
    ("stock.read", "", _numbered(TransferOrder, "transfer", "target__name")),
    ("stock.read", "", _serials),
    ("stock.read", "", _places),
    ("catalog.read", "", _products),
    ("catalog.read", "", _families),
    ("parties.read", "", _organizations),
    ("parties.read", "", _contacts),
)
"""Permission, module switch and finder, in the order in which hits are shown."""


def documents_named(*, actor: Actor, text: str) -> str:
    """The document of a number, ``order:17``, as far as the actor may see it; what names a subject stays itself."""
    text = text.strip()[:100]
    if ":" in text or not text or "\x00" in text:
        return text
    for permission, _module, find in FINDERS:
        if actor.may(permission):
            for hit in find(text):
                if same(hit.title) == same(text):
                    return hit.subject
    return f"number:{text}"


def search(*, actor: Actor, text: str) -> list[Hit]:
    """Everything the actor may see that goes by this number, code or name, most likely first."""
    text = text.strip()
    if ON_LABELS in text:
        # A label's code holds the address of its unit.
        text = text.rpartition(ON_LABELS)[2].rstrip("/")
    text = text[:100]
    if not text or "\x00" in text:
        return []
    modules = configuration.one("modules")
    hits: dict[tuple[str, str], Hit] = {}
    for permission, module, find in FINDERS:
        if actor.may(permission) and modules.get(module, True):
            for hit in find(text):
                hits.setdefault((hit.subject, hit.title), hit)
    return list(hits.values())
