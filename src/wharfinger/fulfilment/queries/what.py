"""What a code is that somebody scanned on a pick run, and where it belongs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from wharfinger.base.words import same
from wharfinger.catalog.queries import scanned
from wharfinger.fulfilment.queries.runs import Stop
from wharfinger.ledger.models import Holding, Lot
from wharfinger.stock.models import Bin, Location


def told(code: str, stop: Stop, location: Location) -> tuple[bool, str]:
    """Whether a code is a number of what is to be taken here, and otherwise what it is and where it belongs."""
    if Bin.objects.filter(location=location, name__iexact=code.strip()).exists():
        return False, _("That is another bin. Go to %(bin)s.") % {"bin": stop.bin_name}
    lots = Lot.objects.filter(code_key=same(code), owner=None).select_related("product")
    lot = next(iter(sorted(lots, key=lambda one: one.product_id != stop.product.pk)), None)
    known = scanned([code]).get(code)
    product = lot.product if lot else known.product if known else None
    if product is None:
        return False, _("Nobody knows this code. Check it, or type how many you take.")
    standing = Holding.objects.filter(kind="bin", quantity__gt=0, place__parent=location.place_id)
    standing = standing.filter(lot=lot) if lot else standing.filter(product=product)
    bins = list(
        dict.fromkeys(standing.order_by("place__sequence").values_list("place__bin__name", flat=True))
    )
    if product.pk == stop.product.pk and stop.bin_name in bins:
        return True, ""
    called = f"{product.sku} · {product.name}"
    if not bins:
        return False, _("That is %(product)s. The books have none of it here.") % {"product": called}
    return False, _("That is %(product)s. It belongs into %(bins)s.") % {
        "product": called,
        "bins": ", ".join(bins[:3]),
    }
