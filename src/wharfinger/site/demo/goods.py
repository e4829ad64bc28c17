"""What the demo company sells: its vendors, its products, and what lies in its bins on the first day."""

from __future__ import annotations

from typing import NamedTuple

VENDORS = (
    # Reference, name, e-mail, street, postcode, city, country
    (
        "V-1001",
        "Hansa Netzwerk Distribution GmbH",
        "orders@hansa-netz.example",
        "Speicherweg 14",
        "20457",
        "Hamburg",
        "DE",
    ),
    (
        "V-1002",
        "Rheintal IT-Großhandel AG",
        "bestellung@rheintal.example",
        "Am Hafen 3",
        "50668",
        "Köln",
        "DE",
    ),
    (
        "V-1003",
        "Nordkabel Handelsgesellschaft",
        "vertrieb@nordkabel.example",
        "Werftstraße 88",
        "24143",
        "Kiel",
        "DE",
    ),
    (
        "V-1004",
        "Benelux Components BV",
        "sales@benelux-components.example",
        "Havenkade 21",
        "3011 AB",
        "Rotterdam",
        "NL",
    ),
    (
        "V-1005",
        "Quillon Software Ltd",
        "licensing@quillon.example",
        "12 Foundry Lane",
        "D02 X285",
        "Dublin",
        "IE",
    ),
)
AGREED = {
    "shipping_method": "By parcel",
    "minimum": 15_000,
    "discount_micro": 20_000,
    "discount_days": 14,
}
"""What is agreed with vendors in Germany, beside their tax."""
LEAD_TIMES = {"V-1001": 3, "V-1002": 2, "V-1003": 4, "V-1004": 7, "V-1005": 0}


class Good(NamedTuple):
    """A product: how it is sold and bought, and how much of it the first day finds at each location."""

    sku: str
    name: str
    category: str
    form: str
    """serial, late (serials from shipping), batch, loose, metres, order (not stocked), service (by the hour), flat."""
    price: str
    cost: str
    vendor: str
    opening: tuple[int, int, int] = (0, 0, 0)
    """In Hamburg, in Munich, in the van."""


_GOODS = """
RT-210 | Branch router, 4 ports, VPN | Routers | serial | 289.00 | 198.40 | V-1001 | 8 4 0
RT-450 | Office router, 8 ports, dual WAN | Routers | serial | 449.00 | 312.75 | V-1001 | 6 3 1
RT-900 | Data centre router, 10 Gbit/s | Routers | serial | 2490.00 | 1835.00 | V-1001 | 1 0 0
RT-5G | Router with 5G fallback | Routers | serial | 619.00 | 438.20 | V-1001 | 4 2 1
RT-HOME | Router for home workers | Routers | serial | 119.00 | 78.90 | V-1002 | 14 6 2
SW-08 | Switch, 8 ports, unmanaged | Switches | loose | 49.00 | 28.60 | V-1001 | 25 12 3
SW-16 | Switch, 16 ports, smart | Switches | serial | 179.00 | 118.10 | V-1001 | 10 4 0
SW-24P | Switch, 24 ports, PoE+, managed | Switches | serial | 489.00 | 341.20 | V-1001 | 9 5 0
SW-48P | Switch, 48 ports, PoE+, managed | Switches | serial | 899.00 | 655.00 | V-1001 | 4 2 0
SW-48X | Core switch, 48 ports, 4 × 25 Gbit/s | Switches | serial | 3250.00 | 2480.00 | V-1001 | 1 0 0
SW-IND | Industrial switch, 8 ports, rail mount | Switches | serial | 329.00 | 231.50 | V-1004 | 3 0 0
SFP-1G | SFP module, 1 Gbit/s, multimode | Switches | loose | 29.00 | 14.80 | V-1001 | 40 15 4
SFP-10G | SFP+ module, 10 Gbit/s, multimode | Switches | loose | 59.00 | 33.40 | V-1001 | 30 10 0
DAC-1 | Direct attach cable, 10 Gbit/s, 1 m | Switches | loose | 35.00 | 18.20 | V-1003 | 20 8 0
AP-AX2 | Access point, Wi-Fi 6, indoor | Access points | serial | 149.00 | 98.30 | V-1001 | 18 9 2
AP-BE3 | Access point, Wi-Fi 7, indoor | Access points | serial | 279.00 | 192.60 | V-1001 | 12 6 0
AP-OUT | Access point, Wi-Fi 6, outdoor | Access points | serial | 339.00 | 238.90 | V-1001 | 5 2 0
AP-MNT | Ceiling mount for access points | Access points | loose | 12.50 | 4.90 | V-1001 | 60 30 6
POE-30 | PoE injector, 30 W | Access points | loose | 32.00 | 17.60 | V-1003 | 22 10 3
FW-60 | Firewall, up to 25 people | Firewalls | serial | 549.00 | 389.00 | V-1001 | 6 3 0
FW-120 | Firewall, up to 100 people | Firewalls | serial | 1290.00 | 948.00 | V-1001 | 3 1 0
FW-400 | Firewall, up to 500 people, rack | Firewalls | serial | 4890.00 | 3720.00 | V-1001 | 0 0 0
NB-14 | Laptop 14″, 16 GB, 512 GB | Laptops | serial | 1049.00 | 842.00 | V-1002 | 14 8 0
NB-14P | Laptop 14″, 32 GB, 1 TB | Laptops | serial | 1399.00 | 1128.00 | V-1002 | 7 3 0
NB-16 | Laptop 16″, 32 GB, 1 TB | Laptops | serial | 1699.00 | 1384.00 | V-1002 | 4 2 0
NB-CAD | Mobile workstation 16″, 64 GB, 2 TB | Laptops | serial | 2890.00 | 2395.00 | V-1002 | 1 0 0
NB-RUG | Rugged laptop 13″ | Laptops | serial | 2190.00 | 1790.00 | V-1002 | 1 0 0
PC-MINI | Mini PC, 16 GB, 512 GB | Computers | serial | 649.00 | 498.00 | V-1002 | 8 4 0
PC-TWR | Tower PC, 32 GB, 1 TB | Computers | serial | 949.00 | 742.00 | V-1002 | 3 1 0
TC-100 | Thin client | Computers | serial | 329.00 | 241.00 | V-1002 | 10 0 0
TAB-11 | Tablet 11″, 128 GB | Computers | serial | 479.00 | 376.00 | V-1002 | 6 2 0
DOCK-C | Docking station, USB-C, two displays | Docks | serial | 189.00 | 128.50 | V-1002 | 20 10 1
DOCK-T | Docking station, 40 Gbit/s, three displays | Docks | serial | 279.00 | 196.00 | V-1002 | 8 4 0
HUB-7 | USB hub, 7 ports, powered | Docks | loose | 39.00 | 21.80 | V-1002 | 18 6 2
MON-24 | Display 24″, height adjustable | Displays | late | 199.00 | 142.00 | V-1002 | 16 8 0
MON-27 | Display 27″, QHD, USB-C | Displays | late | 329.00 | 243.00 | V-1002 | 12 6 0
MON-34 | Display 34″, curved | Displays | late | 549.00 | 418.00 | V-1002 | 3 1 0
ARM-2 | Monitor arm for two displays | Displays | loose | 119.00 | 68.00 | V-1002 | 7 4 0
CAM-4K | Conference camera, 4K | Conferencing | serial | 399.00 | 276.00 | V-1002 | 5 2 0
BAR-M | Video bar for meeting rooms | Conferencing | serial | 1190.00 | 884.00 | V-1002 | 2 1 0
HS-DUO | Headset, wireless, both ears | Conferencing | loose | 129.00 | 79.50 | V-1002 | 24 12 2
HS-USB | Headset, USB, both ears | Conferencing | loose | 49.00 | 26.40 | V-1002 | 30 14 2
TEL-IP | Desk phone, SIP, colour display | Telephony | serial | 139.00 | 92.00 | V-1001 | 15 8 1
TEL-DECT | DECT handset | Telephony | serial | 99.00 | 63.00 | V-1001 | 12 6 1
TEL-BASE | DECT base station | Telephony | serial | 249.00 | 171.00 | V-1001 | 4 2 0
SSD-1T | SSD M.2, 1 TB | Storage | loose | 89.00 | 58.20 | V-1004 | 26 10 2
SSD-2T | SSD M.2, 2 TB | Storage | loose | 159.00 | 108.70 | V-1004 | 14 6 0
SSD-4T | SSD 2.5″, 4 TB | Storage | loose | 299.00 | 214.00 | V-1004 | 5 2 0
HDD-8T | Hard disk 3.5″, 8 TB, NAS | Storage | serial | 219.00 | 158.00 | V-1004 | 12 4 0
HDD-16T | Hard disk 3.5″, 16 TB, NAS | Storage | serial | 389.00 | 292.00 | V-1004 | 8 0 0
NAS-4 | NAS, 4 bays | Storage | serial | 549.00 | 402.00 | V-1004 | 4 2 0
NAS-8R | NAS, 8 bays, rack | Storage | serial | 1690.00 | 1275.00 | V-1004 | 1 0 0
LTO-9 | Tape cartridge, 18 TB | Storage | loose | 109.00 | 76.00 | V-1004 | 20 0 0
USB-128 | USB stick, 128 GB, encrypted | Storage | loose | 69.00 | 41.00 | V-1004 | 15 5 2
RAM-16 | Memory DDR5, 16 GB, SO-DIMM | Components | loose | 69.00 | 44.00 | V-1004 | 24 8 2
RAM-32 | Memory DDR5, 32 GB, SO-DIMM | Components | loose | 129.00 | 87.00 | V-1004 | 14 6 0
PSU-65 | Power supply, USB-C, 65 W | Components | loose | 49.00 | 26.00 | V-1002 | 30 15 3
PSU-100 | Power supply, USB-C, 100 W | Components | loose | 69.00 | 38.00 | V-1002 | 16 8 1
BAT-NB | Battery for laptop 14″ | Components | batch | 99.00 | 61.00 | V-1002 | 12 6 0
BAT-UPS | Battery pack for UPS 1500 | Components | batch | 139.00 | 88.00 | V-1004 | 8 4 0
SRV-1U | Server, 1 U, 64 GB | Servers | serial | 3290.00 | 2580.00 | V-1002 | 1 0 0
SRV-2U | Server, 2 U, 256 GB, 8 × 1.9 TB | Servers | order | 11890.00 | 9640.00 | V-1002 |
SRV-TWR | Tower server, 32 GB | Servers | serial | 1890.00 | 1462.00 | V-1002 | 2 1 0
UPS-850 | UPS 850 VA, desktop | Power | serial | 139.00 | 92.00 | V-1004 | 9 4 0
UPS-1500 | UPS 1500 VA, rack | Power | serial | 489.00 | 352.00 | V-1004 | 5 2 0
UPS-3000 | UPS 3000 VA, rack, double conversion | Power | serial | 1490.00 | 1120.00 | V-1004 | 1 0 0
PDU-8 | Power strip for racks, 8 sockets | Power | loose | 49.00 | 26.50 | V-1003 | 18 6 0
PDU-SW | Switched power strip for racks | Power | serial | 389.00 | 271.00 | V-1004 | 3 0 0
RACK-12 | Wall cabinet, 12 U | Racks | loose | 219.00 | 142.00 | V-1003 | 4 2 0
RACK-42 | Rack, 42 U, 800 × 1000 mm | Racks | order | 890.00 | 620.00 | V-1003 |
PP-24 | Patch panel, 24 ports, Cat. 6A | Racks | loose | 59.00 | 31.00 | V-1003 | 16 6 1
SHELF-1 | Shelf for racks, 1 U | Racks | loose | 29.00 | 14.50 | V-1003 | 14 6 0
SCREW-M6 | Cage nuts and screws M6, 50 pieces | Racks | loose | 15.00 | 6.20 | V-1003 | 25 12 3
CBL-05 | Patch cable Cat. 6A, 0.5 m | Cables | loose | 3.90 | 1.20 | V-1003 | 200 80 20
CBL-1 | Patch cable Cat. 6A, 1 m | Cables | loose | 4.50 | 1.45 | V-1003 | 250 100 25
CBL-2 | Patch cable Cat. 6A, 2 m | Cables | loose | 5.40 | 1.80 | V-1003 | 220 90 20
CBL-5 | Patch cable Cat. 6A, 5 m | Cables | loose | 8.20 | 3.10 | V-1003 | 120 60 10
CBL-ROLL | Installation cable Cat. 7, by the metre | Cables | metres | 0.89 | 0.41 | V-1003 | 9150 3050 500
FIB-2 | Fibre patch cable OM4, LC, 2 m | Cables | loose | 14.90 | 6.40 | V-1003 | 60 20 4
FIB-10 | Fibre patch cable OM4, LC, 10 m | Cables | loose | 24.90 | 11.80 | V-1003 | 25 8 0
HDMI-2 | HDMI cable, 2 m | Cables | loose | 14.90 | 5.10 | V-1003 | 40 20 4
USBC-1 | USB-C cable, 1 m, 100 W | Cables | loose | 19.90 | 7.80 | V-1003 | 45 20 5
KVM-2 | KVM switch for two computers | Accessories | loose | 79.00 | 46.00 | V-1002 | 6 2 0
KB-DE | Keyboard, wireless, German layout | Accessories | loose | 69.00 | 39.00 | V-1002 | 26 12 1
KB-US | Keyboard, wireless, US layout | Accessories | loose | 69.00 | 39.00 | V-1002 | 8 2 0
MOUSE-W | Mouse, wireless | Accessories | loose | 39.00 | 19.80 | V-1002 | 34 16 2
BAG-15 | Laptop bag up to 15″ | Accessories | loose | 45.00 | 22.00 | V-1002 | 20 8 0
LOCK-K | Laptop lock with key | Accessories | loose | 29.00 | 12.90 | V-1002 | 16 8 0
PRN-M | Multifunction printer, colour, A4 | Printers | serial | 529.00 | 398.00 | V-1002 | 3 1 0
PRN-LBL | Label printer, 4″ | Printers | serial | 389.00 | 284.00 | V-1002 | 2 1 0
SCAN-2D | Barcode scanner, 2D, wireless | Printers | serial | 259.00 | 178.00 | V-1002 | 5 2 1
TON-K | Toner, black | Printers | loose | 89.00 | 58.00 | V-1002 | 12 6 0
LIC-OFF | Office suite, one person, one year | Licences | order | 129.00 | 98.00 | V-1005 |
LIC-AV | Endpoint protection, one device, one year | Licences | order | 39.00 | 21.00 | V-1005 |
LIC-BAK | Backup licence, one server, one year | Licences | order | 349.00 | 248.00 | V-1005 |
LIC-FW | Firewall subscription, one year | Licences | order | 219.00 | 164.00 | V-1001 |
SVC-TECH | Technician on site, per hour | Services | service | 98.00 | 0 |  |
SVC-REM | Remote support, per hour | Services | service | 84.00 | 0 |  |
SVC-REP | Repair in the workshop | Services | flat | 76.00 | 0 |  |
SVC-NET | Network design, per day | Services | flat | 960.00 | 0 |  |
SVC-ROLL | Set-up of a workplace | Services | flat | 120.00 | 0 |  |
SVC-TRAV | Travel, flat rate | Services | flat | 65.00 | 0 |  |
SVC-MON | Monitoring, per device and month | Services | flat | 6.50 | 0 |  |
SVC-DEP | Deposit | Services | flat | 1.00 | 0 |  |
SVC-FRT | Freight | Services | flat | 6.90 | 0 |  |
SVC-RST | Restocking fee | Services | flat | 1.00 | 0 |  |
SVC-RFR | Freight of a return | Services | flat | 6.90 | 0 |  |
SVC-DUN | Fee of a reminder | Services | flat | 5.00 | 0 |  |
KIT-WP | Workplace: laptop, dock, keyboard, mouse, set-up | Kits | kit | 1349.00 | 0 |  |
KIT-MEET | Meeting room: video bar, arm for two displays, cables | Kits | kit | 1319.00 | 0 |  |
NAS-SET | NAS, 4 bays, with four 8 TB disks, tested | Storage | built | 1490.00 | 0 |  |
RACK-SET | Wall cabinet, fitted with patch panel and shelf | Racks | fitted | 319.00 | 0 |  |
"""


def _good(row: str) -> Good:
    sku, name, category, form, price, cost, vendor, opening = (cell.strip() for cell in row.split("|"))
    hamburg, munich, van = map(int, opening.split() or (0, 0, 0))
    return Good(sku, name, category, form, price, cost, vendor, (hamburg, munich, van))


GOODS = tuple(_good(row) for row in _GOODS.strip().splitlines())

MAKERS = {
    "Routers": "Brackwater",
    "Switches": "Brackwater",
    "Access points": "Brackwater",
    "Firewalls": "Brackwater",
    "Telephony": "Brackwater",
    "Laptops": "Halvorn",
    "Computers": "Halvorn",
    "Servers": "Halvorn",
    "Docks": "Halvorn",
    "Displays": "Lumarc",
    "Conferencing": "Lumarc",
    "Storage": "Tessel",
    "Components": "Tessel",
    "Power": "Ferrowatt",
    "Licences": "Quillon",
}
TREE = {
    "Network": ("Routers", "Switches", "Access points", "Firewalls", "Telephony"),
    "Workplace": ("Laptops", "Computers", "Docks", "Displays", "Conferencing", "Printers", "Accessories"),
    "Data centre": ("Servers", "Storage", "Racks", "Power", "Components"),
}
"""Below which category each of the others stands; the rest stand alone."""


def path(category: str) -> str:
    """A category by its path from the top."""
    above = next((name for name, below in TREE.items() if category in below), "")
    return f"{above} / {category}" if above else category


COMPONENTS: dict[str, dict[str, int]] = {
    "KIT-WP": {"NB-14": 1, "DOCK-C": 1, "KB-DE": 1, "MOUSE-W": 1, "SVC-ROLL": 1},
    "KIT-MEET": {"BAR-M": 1, "ARM-2": 1, "HDMI-2": 2, "USBC-1": 1},
    "NAS-SET": {"NAS-4": 1, "HDD-8T": 4},
    "RACK-SET": {"RACK-12": 1, "PP-24": 1, "SHELF-1": 1, "SCREW-M6": 1},
}
"""What goes into one of each kit and of each bundle."""
UNITS: dict[str, tuple[str, str, str]] = {
    "CBL-05": ("carton", "50", "for_buying"),
    "CBL-1": ("carton", "50", "for_buying"),
    "CBL-2": ("carton", "50", "for_buying"),
    "CBL-ROLL": ("drum", "305", "for_selling"),
    "SFP-1G": ("tray", "10", "for_buying"),
    "AP-AX2": ("case", "5", "for_buying"),
    "TON-K": ("box", "4", "for_buying"),
}
"""Further units: name, how much of the product one is, and what it is for."""
CARTONS = {"CBL-05": 50, "CBL-1": 50, "CBL-2": 50, "SFP-1G": 10, "TON-K": 4}
"""How much one scan of a product's carton means."""
BREAKS: dict[str, tuple[tuple[str, str], ...]] = {
    "NB-14": (("10", "828.00"), ("25", "809.00")),
    "CBL-1": (("500", "1.32"), ("2000", "1.18")),
    "SFP-1G": (("50", "13.20"),),
    "AP-AX2": (("20", "94.50"),),
}
"""What a product costs from so many on."""
SECOND_SOURCE: dict[str, tuple[str, str]] = {
    "NB-14": ("V-1004", "851.00"),
    "AP-AX2": ("V-1002", "101.20"),
    "SSD-1T": ("V-1002", "59.90"),
    "CBL-1": ("V-1002", "1.62"),
}
"""Who else sells a product, and for how much."""
SUBSTITUTES: dict[str, tuple[str, ...]] = {
    "NB-14": ("NB-14P", "NB-16"),
    "AP-AX2": ("AP-BE3",),
    "SW-16": ("SW-24P",),
    "RT-210": ("RT-450",),
    "CBL-1": ("CBL-2", "CBL-05"),
    "UPS-850": ("UPS-1500",),
    "FW-60": ("FW-120",),
}
"""What does as well, the best first."""


class Kept(NamedTuple):
    """How many of a product are kept at a location, and whence more comes."""

    sku: str
    location: str
    minimum: int
    maximum: int
    source: str = ""
    """The location that it is transferred from; bought where nothing is said."""
    at_a_time: int = 0


LEVELS = (
    Kept("RT-210", "Hamburg", 4, 12),
    Kept("AP-AX2", "Hamburg", 8, 24),
    Kept("NB-14", "Hamburg", 6, 18),
    Kept("CBL-1", "Hamburg", 100, 300, at_a_time=50),
    Kept("SFP-1G", "Hamburg", 20, 60),
    Kept("UPS-850", "Hamburg", 4, 12),
    Kept("TON-K", "Hamburg", 12, 24),
    Kept("PSU-65", "Hamburg", 10, 30),
    Kept("DOCK-C", "Munich", 12, 20, "Hamburg"),
    Kept("HS-DUO", "Munich", 10, 20, "Hamburg"),
    Kept("CBL-2", "Van Timo", 25, 40, "Hamburg"),
    Kept("SW-08", "Van Timo", 2, 4, "Hamburg"),
)
REASONS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("Damaged", ("lost", "hold"), True),
    ("Damaged on the way", ("reject",), False),
    ("Not what was ordered", ("reject",), True),
    ("Lost", ("lost",), False),
    ("Found", ("found",), False),
    ("Used in our own house", ("lost",), False),
    ("Waits for the vendor's advice", ("hold",), True),
    ("Not in its bin", ("hold",), False),
)
"""Why goods come, go or are set aside: name, where it is offered, whether it wants a word more."""
CABLES: tuple[tuple[str, str], ...] = (
    ("CBL-05", "0.5 m"),
    ("CBL-1", "1 m"),
    ("CBL-2", "2 m"),
    ("CBL-5", "5 m"),
)
"""A family of one product in several lengths."""
OWN_FIELDS: tuple[dict[str, object], ...] = (
    {"noun": "product", "key": "height", "name": "Rack units", "kind": "number", "in_lists": True},
    {
        "noun": "order",
        "key": "access",
        "name": "Access",
        "kind": "choice",
        "choices": ["By the ramp", "By the lift", "By the stairs"],
        "on_documents": True,
    },
)
"""What the company wants to know beyond what everybody has."""
HEIGHTS = {
    "SRV-1U": "1",
    "SRV-2U": "2",
    "UPS-1500": "2",
    "UPS-3000": "3",
    "SW-24P": "1",
    "SW-48P": "1",
    "NAS-8R": "2",
}
"""How many rack units a product takes."""
GROUPS: dict[str, tuple[str, ...]] = {
    "Resellers": ("C-2010", "C-2018"),
    "Education and charity": ("C-2011", "C-2019"),
}
"""Customer groups and who is in them."""


def gtin(n: int) -> str:
    """A trade item number of the range that everybody may use in their own house (GS1 prefix 200)."""
    return _checked(f"200{n:09d}")


def carton(n: int) -> str:
    """The number of a carton of it: packaging level 1 before the same digits (GTIN-14)."""
    return _checked(f"1200{n:09d}")


def _checked(digits: str) -> str:
    """Digits with their check digit (GS1 General Specifications 7.9): weights 3, 1, 3 … from the right."""
    weighted = sum(int(d) * (1 if place % 2 else 3) for place, d in enumerate(reversed(digits)))
    return f"{digits}{-weighted % 10}"


FEES = {
    "repair": "SVC-REP",
    "deposit": "SVC-DEP",
    "freight": "SVC-FRT",
    "restocking": "SVC-RST",
    "return_freight": "SVC-RFR",
    "reminder": "SVC-DUN",
}
"""By which services deposits, freight and fees are named."""
