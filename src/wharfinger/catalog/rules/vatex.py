"""The codes by which electronic invoices say why no tax is charged (EN 16931 BT-121), and the category of each.

They name articles of Council Directive 2006/112/EC; four stand for a whole category.
"""

from __future__ import annotations

REASONED = ("E", "AE", "K", "G", "O")
"""The categories in which an invoice says why nothing is charged."""

_ARTICLES = {
    "79": ("C",),
    "132": ("", *(f"1{letter}" for letter in "ABCDEFGHIJKLMNOPQ")),
    "135": ("1",),
    "143": (
        "",
        *(f"1{letter}" for letter in ("A", "B", "C", "D", "E", "F", "FA", "G", "H", "I", "J", "K", "L")),
    ),
    "144": ("",),
    "146": ("1E",),
    "148": ("", *"ABCDEFG"),
    "151": ("", *(f"1{letter}" for letter in ("A", "AA", "B", "C", "D", "E"))),
    "153": ("",),
    "159": ("",),
    "309": ("",),
}
"""By article its paragraphs and points for which there is a code."""
_WHOLE = {"AE": "AE", "IC": "K", "G": "G", "O": "O"}
_MARGIN = ("D", "F", "I", "J")
"""Used vehicles, second-hand goods, works of art, antiques: taxed on the margin."""

CATEGORY_OF: dict[str, str] = {
    **{f"VATEX-EU-{name}": category for name, category in _WHOLE.items()},
    **{
        f"VATEX-EU-{article}" + (f"-{point}" if point else ""): "E"
        for article, points in _ARTICLES.items()
        for point in points
    },
    **{f"VATEX-EU-{name}": "E" for name in _MARGIN},
    "VATEX-FR-FRANCHISE": "E",
    "VATEX-FR-CNWVAT": "E",
}
"""Every code we know, by the category in which it is used."""
