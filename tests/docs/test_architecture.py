"""The architecture's page names every file that is no room, and the concepts and the glossary every noun."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "wharfinger"
ROOMS = {"models", "rules", "actions", "queries", "pages", "api", "urls", "templates"}
DJANGO = {"__init__", "apps", "migrations", "locale", "__pycache__"}
NOUNS = """
Product, Lot, Serial, Kit, Price, Organization, Contact, Site, Opportunity, Quote, Line, Sales Order, Charge,
Purchase Order, Receipt, Bin, Location, Container, Shipment, Carrier, Tracking Number, Pick List, Packing List,
Invoice, Payment, Credit Note, Store Credit, Device, Component, Warranty, RMA, Return, Restock, Swap, On Hand,
Available, Reserved, Picked, On Order, Back Order, Journal, Entry, Move, Holding, Claim, Place, Chart, Posting,
Account, Reverse
"""
NAMES = [" ".join(noun.split()) for noun in NOUNS.split(",")]


def named() -> dict[str, set[str]]:
    """By module, the files beside its rooms that the architecture names."""
    found: dict[str, set[str]] = {}
    module = ""
    for cells in re.findall(
        r"^\| (?:(`\w+`) )?\| ((?:`[\w/]+` ?)+) \|", (ROOT / "ARCHITECTURE.md").read_text(), re.M
    ):
        module = cells[0].strip("`") or module
        found.setdefault(module, set()).update(re.findall(r"`([\w]+)/?`", cells[1]))
    return found


@pytest.mark.parametrize("module", sorted(p.parent.name for p in PACKAGE.glob("*/__init__.py")))
def test_what_stands_beside_the_rooms_is_named(module: str) -> None:
    there = {path.stem for path in (PACKAGE / module).iterdir()} - ROOMS - DJANGO
    assert there == named().get(module, set())


@pytest.mark.parametrize("noun", NAMES)
def test_a_noun_of_the_house_has_its_page(noun: str) -> None:
    rows = re.findall(
        r"^\| \[.+?\]\((\w[\w-]+)\.md\) \| (.+) \|$", (ROOT / "docs/concepts/README.md").read_text(), re.M
    )
    pages = [page for page, nouns in rows if re.search(rf"\b{noun}\b", nouns)]
    assert pages, f"docs/concepts/README.md leads nobody to {noun}"
    told = " ".join((ROOT / "docs" / "concepts" / f"{pages[0]}.md").read_text().lower().split())
    assert noun.lower() in told, f"docs/concepts/{pages[0]}.md does not tell what a {noun} is"
