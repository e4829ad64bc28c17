"""Files as other systems give them away, with invented goods: recognised by their headings, and read as they mean it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.exchange.test_import import bring
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.devices.models import Device
from wharfinger.exchange import sheets
from wharfinger.exchange.actions import runs
from wharfinger.exchange.rules import headings, systems
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Bin, Level

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Theirs:
    """A file of theirs, whose it is, and what nobody here asks for."""

    name: str
    file: str
    kind: str
    text: str
    left: tuple[str, ...] = ()
    found: dict[str, tuple[Any, ...]] = field(default_factory=dict)


SHOWN = ("name", "kind", "traced", "unit", "category__path", "price_micro", "manufacturer")
FILES = (
    Theirs(
        "Autotask",
        "Products",
        "products",
        "Product ID (updates only),Product Name,Product Description,Product Category,Serialized (yes or no),"
        "Unit Cost,Unit Price,MSRP,Vendor Name,Vendor Product Number,Active\n"
        ',Switch 24,"24 ports, managed",Network,Yes,"$1,190.00","$1,289.00",1500,Grossist,7741,Yes\n'
        ",Patch cable,,Network,No,1.2,4.5,,,,No\n",
        ("Product ID (updates only)", "MSRP"),
        {
            "Switch 24": ("Switch 24", "stocked", "serial", "pc", "Network", 1_289_000_000, ""),
            "Patch cable": ("Patch cable", "stocked", "none", "pc", "Network", 4_500_000, ""),
        },
    ),
    Theirs(
        "inFlow",
        "Products",
        "products",
        "ProductName,SKU,Category,ItemType,Barcode,StandardUom,NormalPrice,ReorderPoint,IsActive\n"
        "Switch 24,SW-24,Network,Serialized Product,B-1,ea.,289,5,True\n"
        "Hour of work,,Work,Service,,hr,95,,True\n",
        ("ReorderPoint",),
        {
            "SW-24": ("Switch 24", "stocked", "serial", "pc", "Network", 289_000_000, ""),
            "Hour of work": ("Hour of work", "service", "none", "hr", "Work", 95_000_000, ""),
        },
    ),
    Theirs(
        "Odoo",
        "Products and variants",
        "products",
        "External ID,Internal Reference,Name,Product Type,Tracking,Unit of Measure,Product Category,Barcode,"
        "Sales Price,Cost,Weight,Active,Variant Values\n"
        "__export__.p_1,SW-24,Switch 24,Goods,By Unique Serial Number,Units,All / Network / Switches,"
        "4006381333931,289.0,190.0,2.4,True,\n"
        "__export__.p_2,MILK,Milk,Goods,By Lots,Liters,All,,0.99,0.4,0.0,True,Size: L\n"
        "__export__.p_3,OLD,Old thing,Consumable,No tracking,Units,All,,1.0,0.0,0.0,False,\n",
        ("External ID", "Cost", "Variant Values"),
        {
            "SW-24": ("Switch 24", "stocked", "serial", "pc", "Network / Switches", 289_000_000, ""),
            "MILK": ("Milk", "stocked", "batch", "Liters", "All", 990_000, ""),
            "OLD": ("Old thing", "non_stocked", "none", "pc", "All", 1_000_000, ""),
        },
    ),
    Theirs(
        "ERPNext",
        "Items",
        "products",
        '"ID","Item Code","Item Name","Item Group","Default Unit of Measure","Maintain Stock","Has Serial No",'
        '"Has Batch No","Disabled","Standard Selling Rate","Brand","ID (Barcodes)","Barcode (Barcodes)"\n'
        "SW-24,SW-24,Switch 24,Network,Nos,1,1,0,0,289,Acme,b1,4006381333931\n"
        ",,,,,,,,,,,b2,FREE-2\n"
        "MILK,MILK,Milk,All Item Groups,Litre,1,0,1,0,0.99,,,\n"
        "JOB,JOB,Hour,Work,Hour,0,0,0,0,95,,,\n",
        ("ID", "ID (Barcodes)"),
        {
            "SW-24": ("Switch 24", "stocked", "serial", "pc", "Network", 289_000_000, "Acme"),
            "MILK": ("Milk", "stocked", "batch", "Litre", "", 990_000, ""),
            "JOB": ("Hour", "non_stocked", "none", "Hour", "Work", 95_000_000, ""),
        },
    ),
    Theirs(
        "InvenTree",
        "Parts",
        "products",
        "Part ID,Part Name,IPN,Part Description,Category Name,Units,Active,Virtual,Trackable,Minimum Stock\n"
        "1,Switch 24,SW-24,24 ports,Network,,True,False,True,5\n"
        "2,Firmware,,Later,Software,,True,True,False,0\n",
        ("Part ID", "Minimum Stock"),
        {
            "SW-24": ("Switch 24", "stocked", "serial", "pc", "Network", 0, ""),
            "Firmware": ("Firmware", "service", "none", "pc", "Software", 0, ""),
        },
    ),
    Theirs(
        "Tryton",
        "Products",
        "products",
        "Code,Name,Type,Default UOM,List Price,Cost Price,Active\n"
        "SW-24,Switch 24,Goods,Unit,289.00,190.00,True\nJOB,Hour,Service,Hour,95,0,True\n",
        ("Cost Price",),
        {
            "SW-24": ("Switch 24", "stocked", "none", "pc", "", 289_000_000, ""),
            "JOB": ("Hour", "service", "none", "Hour", "", 95_000_000, ""),
        },
    ),
)


@pytest.fixture
def house() -> World:
    return world()


def upload(text: str) -> Any:
    """Upload a file under a name that says nothing, and let its headings tell."""
    run = runs.upload(actor=HOUSE, content=text.encode(), name="export (3).csv")
    return run, sheets.read(text.encode(), run.name)


@pytest.mark.parametrize("theirs", FILES, ids=[f"{one.name}-{one.kind}" for one in FILES])
def test_products_of_other_systems_come_in(house: World, theirs: Theirs) -> None:
    run, sheet = upload(theirs.text)
    system = systems.recognised(sheet.headings)
    assert system is not None
    assert (system.name, system.file, run.kind) == (theirs.name, theirs.file, theirs.kind)
    assert headings.left(sheet.headings, run.columns, run.kind) == list(theirs.left)
    done = bring(run.kind, theirs.text, columns=run.columns, decimal=run.decimal)
    assert (done.added, done.problems) == (len(theirs.found), [])
    found = Product.objects.filter(sku__in=theirs.found).values_list("sku", *SHOWN)
    assert {sku: tuple("" if one is None else one for one in rest) for sku, *rest in found} == theirs.found
    again = bring(run.kind, theirs.text, columns=run.columns, decimal=run.decimal)
    assert (again.added, again.changed, again.problems) == (0, 0, [])


def test_what_is_retired_there_is_retired_here(house: World) -> None:
    for theirs, gone in ((FILES[0], "Patch cable"), (FILES[2], "OLD")):
        run, _ = upload(theirs.text)
        bring(run.kind, theirs.text, columns=run.columns)
        assert Product.objects.get(sku=gone).retired_on is not None
    assert Product.objects.get(sku="SW-24").weight_grams == 2400


STOCK = {
    "Autotask": (
        "[required] Inventory Product: Product,[required] Inventory Product: Inventory Location,"
        "Inventory Product: Bin,Inventory Product: Quantity Minimum,Inventory Product: Quantity Maximum,"
        "Inventory Product: On Hand\nCable,Main,A2,5,50,12\nNew thing,Main,,,,3\n"
    ),
    "inFlow": "Product Name,SKU,Location,Sublocation,Quantity\nCable,CAB,Main,A2,12\n",
    "Odoo": (
        "Product,Location,Lot/Serial Number,Quantity,Reserved Quantity,Incoming Date\n"
        "[CAB] Cable,Main/A2,,12.0,2.0,2026-02-01 10:11:12\n[SW-24] Switch 24,Main,SN-1,1.0,0.0,2026-02-02 8:00:00\n"
        "[MILK] Milk,Main/A2,L-7,4.0,0.0,2026-02-02 8:00:00\n"
    ),
    "ERPNext": (
        "Item Code,Warehouse,Actual Quantity,Reserved Quantity,Valuation Rate\nCAB,Main,12,0,0.35\nSW-24,Main,0,0,0\n"
    ),
    "InvenTree": (
        "Stock Item ID,Part ID,Part Name,Part IPN,Location Name,Quantity,Serial,Batch,Purchase Price\n"
        "1,7,Cable,CAB,Main,12,,,0.35\n2,8,Switch 24,SW-24,Main,1,SN-1,,190\n"
    ),
    "Tryton": "Code,Name,Quantity,Forecast Quantity,Cost Price\nCAB,Cable,12,12,0.35\n",
}


@pytest.mark.parametrize("name", STOCK)
def test_stock_of_other_systems_comes_in(house: World, name: str) -> None:
    cable = house.product(sku="CAB", name="Cable")
    house.product(sku="SW-24", name="Switch 24", traced="serial", cost_method="specific")
    house.product(sku="MILK", name="Milk", traced="batch")
    run, sheet = upload(STOCK[name])
    system = systems.recognised(sheet.headings)
    assert system is not None
    assert (system.name, run.kind) == (name, "stock")
    done = bring("stock", STOCK[name], columns=run.columns)
    assert done.problems == []
    lies = Holding.objects.filter(product=cable, kind="bin", quantity__gt=0)
    assert sum(one.quantity for one in lies) == 12
    (bin,) = Bin.objects.filter(place__in=[one.place_id for one in lies])
    assert bin.name == ("A2" if name in ("Autotask", "inFlow", "Odoo") else "A1")
    clean()


def test_minimum_and_maximum_of_autotask_come_in_from_the_same_file(house: World) -> None:
    cable = house.product(sku="CAB", name="Cable")
    content = STOCK["Autotask"].replace("\nNew thing,Main,,,,3", "").encode()
    run = runs.upload(actor=HOUSE, content=content, name="inventory.csv", kind="levels")
    done = bring("levels", content, columns=run.columns)
    assert (done.added, done.problems) == (1, [])
    level = Level.objects.get(product=cable)
    assert (level.minimum, level.maximum) == (5, 50)


DEVICES = {
    "Autotask": (
        "Device ID [updates only],Product Name,Organization,Location,Reference Name,Serial Number,Install Date,"
        "Warranty Expiration Date,Area\n,Switch 24,Customer,,rack-4,SN-77,06/30/2025,06/30/2028,IT\n"
    ),
    "ERPNext": (
        "Serial No,Item Code,Customer,Delivery Date,Warranty Expiry Date,Status\n"
        "SN-77,SW-24,Customer,2025-06-30,2028-06-30,Delivered\n"
    ),
}


@pytest.mark.parametrize("name", DEVICES)
def test_devices_of_other_systems_come_in(house: World, name: str) -> None:
    house.product(sku="SW-24", name="Switch 24", traced="serial", cost_method="specific")
    Organization.objects.filter(pk=house.customer.pk).update(name="Customer")
    run, _ = upload(DEVICES[name])
    assert run.kind == "devices"
    done = bring("devices", DEVICES[name], columns=run.columns, dates=run.dates)
    assert (done.added, done.problems) == (1, [])
    device = Device.objects.get()
    assert (device.lot.code, device.organization) == ("SN-77", house.customer)
    assert (str(device.installed_on), str(device.warranty_end_on)) == ("2025-06-30", "2028-06-30")
    clean()


def test_vendors_and_customers_of_inflow_come_in(house: World) -> None:
    vendors = (
        "Vendor Name,Contact Name,Email,Address 1,City,Postal Code,Country,Currency\n"
        "Acme Parts,Ida,i@acme.example,Lane 1,Leipzig,04109,Germany,EUR\n"
    )
    customers = "Customer Name,Contact Name,Pricing Scheme\nDairy,Max,Retail\n"
    for text, wanted in ((vendors, ("Acme Parts", False, True)), (customers, ("Dairy", True, False))):
        run, _ = upload(text)
        done = bring(run.kind, text, columns=run.columns)
        assert (run.kind, done.added, done.problems) == ("organizations", 1, [])
        found = Organization.objects.get(name=wanted[0])
        assert (found.name, found.customer, found.vendor) == wanted


def test_each_heading_leads_to_a_column_of_ours() -> None:
    for system in systems.SYSTEMS:
        columns = KINDS[system.kind].names()
        assert set(system.columns) | set(system.always) <= set(columns), system
        needed = {column.name for column in KINDS[system.kind].columns if column.needed}
        assert needed <= set(system.columns), system
        assert system.by
        for row in system.by:
            # Our own files are not taken for theirs.
            assert not {systems.bare(one) for one in row} <= {systems.bare(one) for one in columns}, row
