"""What is printed: the words, the figures, the codes, on as many pages as needed, literally as typed."""

from __future__ import annotations

import dataclasses
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pypdfium2
import pytest

from tests.documents import people, samples
from tests.documents.reading import pages, scanned
from wharfinger.base.refusal import BadInput
from wharfinger.documents import shapes as s
from wharfinger.documents.figures import amount, price, spoken
from wharfinger.documents.papers import NAMES, paper_named
from wharfinger.documents.render import TEMPLATES, render
from wharfinger.documents.words import WORDS, words

SAMPLES = {
    "Angebot": samples.quote(),
    "Auftragsbestätigung": samples.order_confirmation(),
    "Bestellung": samples.purchase_order(),
    "Anfrage": samples.rfq(),
    "Kommissionierliste": samples.pick_list(),
    "Zählliste": samples.count_sheet(),
    "Einlagerungsliste": samples.put_away_list(),
    "Umlagerungsschein": samples.transfer_slip(),
    "Lebenslauf des Geräts": samples.unit_life(),
    "Packliste": samples.packing_list(),
    "Lieferschein": samples.delivery_note(),
    "Rechnung": samples.invoice(),
    "Gutschrift": samples.credit_note(),
    "Rücksendeschein": samples.rma_slip(),
    "Rücksendung an den Lieferanten": samples.vendor_return(),
}

OF_A_PLACE = ("Zählliste", "Einlagerungsliste", "Umlagerungsschein")
WORKING = (
    "Kommissionierliste",
    "Packliste",
    "Zählliste",
    "Einlagerungsliste",
    "Umlagerungsschein",
    "Lebenslauf des Geräts",
)
"""What only helps hands, or tells what happened, is never a draft."""

HOSTILE = (
    "#panic()",
    "$x$",
    "*a* _b_",
    "\\",
    "`code`",
    "// gone",
    "/* gone */",
    "<label>",
    "@ref",
    "= Title",
    "- item",
    "~",
    "{page}",
    '"',
    "]",
)


@pytest.mark.parametrize("title", SAMPLES)
def test_every_letter_names_itself_its_number_and_whom_it_is_for(title: str) -> None:
    shape = SAMPLES[title]
    assert not isinstance(shape, s.ContainerLabel | s.Labels)
    first = pages(render(shape, language="de"))[0]
    assert f"{title} {shape.number}" in first
    whom = ("Bäckerei Grünkörn & Söhne KG", "Nordnetz Distribution AG")
    assert any(
        one in first
        for one in (
            *whom,
            *(["Hamburg Peutestraße"] if title in OF_A_PLACE else []),
            *(["Nordlicht Pflege gGmbH"] if title == "Lebenslauf des Geräts" else []),
        )
    )


def test_every_kind_of_shape_has_a_template() -> None:
    assert set(TEMPLATES) == set(s.Shape.__args__)


def test_an_invoice_says_all_that_the_law_wants() -> None:
    text = pages(render(samples.invoice(12, rates=(190_000, 70_000)), language="de"))
    for wanted in (
        "Hafenkontor IT GmbH",
        "Am Sandtorkai 48",
        "USt-IdNr. DE136695976",
        "Steuernummer 48/712/01345",
        "HRB 171455",
        "DE811907980",
        "INV-2026-1093",
        "20.11.2026",
        "Lieferdatum 19.11.2026",
        "SO-2026-0871",
        "4500017",
        "Edge router ER-8",
        "152,5 m",
        "1,2375",
    ):
        assert wanted in text[0], wanted
    for wanted in (
        "S – Regelbesteuert 19 % 16.607,92 3.155,50",
        "S – Regelbesteuert 7 % 23.747,30 1.662,31",
        "Gesamtbetrag 45.173,03 €",
        "bis zum 20.12.2026",
        "30 Tage netto ohne Abzug",
        "IBAN DE89 3704 0044 0532 0130 00",
        "Seite 2 von 2",
    ):
        assert wanted in text[1], wanted


def test_an_untaxed_invoice_gives_the_reason() -> None:
    shape = samples.invoice(
        2, to=people.BRITISH, rates=(0,), category="G", reason="Export, exempt under § 4 Nr. 1a UStG"
    )
    text = pages(render(shape, language="en"))[0]
    assert "G: Export, exempt under § 4 Nr. 1a UStG" in text
    assert "UNITED KINGDOM" in text


def test_an_invoice_is_paid_by_scanning_it() -> None:
    pdf = render(samples.invoice(1), language="de")
    (read,) = scanned(pdf, 150)
    assert read.splitlines() == [
        *(
            "BCD",
            "002",
            "1",
            "SCT",
            "COBADEFFXXX",
            "Hafenkontor IT GmbH",
            "DE89370400440532013000",
            "EUR498.61",
        ),
        *("", "", "INV-2026-1093"),
    ]


@pytest.mark.parametrize(
    "bank", [None, s.Bank("Bank", "DE00 0000", "X"), dataclasses.replace(people.COMPANY.bank, iban="")]
)  # type: ignore[type-var]
def test_without_a_sound_account_there_is_no_code_to_pay(bank: s.Bank | None) -> None:
    shape = dataclasses.replace(samples.invoice(1), company=dataclasses.replace(people.COMPANY, bank=bank))
    assert scanned(render(shape, language="de"), 150) == set()


def test_a_settled_invoice_asks_for_nothing() -> None:
    shape = samples.invoice(1, paid=49_861)
    text = pages(render(shape, language="en"))[0]
    assert "This invoice is paid. Thank you." in text
    assert "Please transfer" not in text
    assert "Amount due €0.00" in text


@pytest.mark.parametrize(("lines", "sheets"), [(1, 1), (20, 2), (120, 7)])
def test_an_invoice_takes_the_pages_it_needs_and_repeats_the_head(lines: int, sheets: int) -> None:
    text = pages(render(samples.invoice(lines), language="en"))
    assert len(text) == sheets
    for number, page in enumerate(text, 1):
        assert f"Page {number} of {sheets}" in page
        assert "Unit price" in page
        assert "INV-2026-1093" in page
    assert f" {lines} {samples.PRODUCTS[(lines - 1) % 12][0]}" in text[-1]


def test_several_documents_in_one_file_count_their_own_pages() -> None:
    text = pages(render(samples.pick_list(3), samples.pick_list(20), language="en"))
    assert ["Page 1 of 1" in text[0], "Page 1 of 2" in text[1], "Page 2 of 2" in text[2]] == [True] * 3
    number = samples.pick_list(3).number
    # The head of a further page stands on further pages only, not where the next list begins.
    assert [page.count(f"Pick list {number}") for page in text] == [1, 1, 1]
    letters = pages(render(samples.packing_list(), samples.packing_list(), language="en"))
    assert len(letters) == 4
    assert letters[0] == letters[2]


@pytest.mark.parametrize("title", [title for title in SAMPLES if title not in WORKING])
def test_a_draft_says_so_across_every_page(title: str) -> None:
    shape = SAMPLES[title]
    assert "ENTWURF" not in "".join(pages(render(shape, language="de")))
    assert all("ENTWURF" in page for page in pages(render(shape, language="de", draft=True)))


def test_units_are_written_in_the_language() -> None:
    said = [spoken(s.Quantity(3, 0, unit), "de")["text"] for unit in ("pc", "h", "m", "Palette")]
    assert said == ["3 Stk.", "3 Std.", "3 m", "3 Palette"]


def test_the_same_shape_gives_the_same_bytes() -> None:
    assert render(samples.invoice(3), language="de") == render(samples.invoice(3), language="de")


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (1_240_050, "EUR", "de", "12.400,50\xa0€"),
        (1_240_050, "EUR", "en", "€12,400.50"),
        (1_240_050, "JPY", "de", "1.240.050\xa0¥"),
        (1_240_050, "KWD", "de", "1.240,050\xa0KWD"),
        (1_240_050, "IQD", "en", "IQD\xa01,240.050"),
        (-5, "EUR", "de", "-0,05\xa0€"),
    ],
)
def test_money_is_written_as_the_language_does(
    minor: int, currency: str, language: str, written: str
) -> None:
    assert amount(minor, currency, language)["text"] == written


def test_unit_prices_keep_the_decimals_they_were_agreed_with() -> None:
    assert [price(micro, "EUR", "de")["figure"] for micro in (1_237_500, 4_000_000, 1)] == [
        "1,2375",
        "4,00",
        "0,000001",
    ]
    assert price(289_000_000, "JPY", "en")["figure"] == "289"


def test_dates_and_shares_are_written_as_the_language_does() -> None:
    assert spoken((date(2026, 11, 3), s.Share(190_000), s.Share(55_000)), "de") == [
        "03.11.2026",
        "19\xa0%",
        "5,5\xa0%",
    ]
    assert spoken((date(2026, 11, 3), s.Share(190_000)), "en") == ["3 Nov 2026", "19%"]


@pytest.mark.parametrize(
    "shape", [samples.container_label(1), samples.container_label(40)], ids=["one", "forty"]
)
def test_a_container_label_is_read_by_a_scanner(shape: s.ContainerLabel) -> None:
    pdf = render(shape, language="de")
    assert scanned(pdf) == {"(00)340123450000031073"}
    (text,) = pages(pdf)
    assert "Bäckerei Grünkörn & Söhne KG Frau Änne Weiß Königstraße 11 24103 Kiel" in text
    assert "NET-ER8 · Edge router" in text
    assert "(00) 340123450000031073" in text


def test_a_label_keeps_a_long_address_whole_and_its_code_on_the_page() -> None:
    long = s.Address(
        "Bundesweite Überlandwerke Fürstenfeldbruck-Großhesselohe Verwaltungsgesellschaft mbH & Co. KG",
        attention="Frau Änne Weiß",
        street="Bürgermeister-Freiherr-von-Überacker-Promenade 1234 a, Hinterhaus, Aufgang Süd-West",
        postcode="82467",
        city="Garmisch-Partenkirchen",
    )
    orders = tuple(f"SO-2026-{n:04}" for n in range(9))
    shape = dataclasses.replace(samples.container_label(12), sender=long, to=long, orders=orders)
    pdf = render(shape, language="de")
    (text,) = pages(pdf)
    assert scanned(pdf) == {"(00)340123450000031073"}
    assert "82467 Garmisch-Partenkirchen Sendung" in text
    assert "SO-2026-0000, SO-2026-0001 +7" in text


def test_a_label_that_cannot_hold_all_contents_says_how_many_are_missing() -> None:
    (text,) = pages(render(samples.container_label(40), language="en"))
    assert "and 34 more, see the packing list" in text


def test_a_container_without_sscc_carries_its_own_number() -> None:
    pdf = render(dataclasses.replace(samples.container_label(), sscc=""), language="de")
    assert scanned(pdf) == {"BX-3107"}


def test_a_pick_list_is_read_by_a_scanner() -> None:
    shape = samples.pick_list(12)
    pdf = render(shape, language="de")
    assert scanned(pdf) == {"PL-2026-1204", *(row.sku for row in shape.rows)}
    assert "A1-01 Edge router" in pages(pdf)[0]


def test_a_pick_list_of_five_hundred_products_takes_no_second_and_is_read() -> None:
    shape = samples.pick_list(12)
    rows = tuple(
        dataclasses.replace(shape.rows[n % 12], sku=f"{random.Random(n).getrandbits(40):X}-{n}")
        for n in range(500)
    )
    render(shape, language="de")
    began = time.process_time()
    pdf = render(dataclasses.replace(shape, rows=rows), language="de")
    spent = time.process_time() - began
    assert spent < 1
    sheets = len(pages(pdf))
    read: list[str] = []
    for page in range(0, sheets, 5):
        read += scanned(pdf, page=page) - {shape.number}
    assert len(read) > 50
    assert set(read) <= {row.sku for row in rows}
    first = scanned(pdf)
    assert first == {shape.number, *(row.sku for row in rows[: len(first) - 1])}


@pytest.mark.parametrize(
    ("shape", "number"),
    [
        (samples.packing_list(), "SH-2026-0655"),
        (samples.delivery_note(), "SH-2026-0655"),
        (samples.rma_slip(), "RMA-2026-0019"),
        (samples.vendor_return(), "VR-17"),
    ],
)
def test_what_comes_back_to_us_carries_its_number_as_a_barcode(shape: s.Shape, number: str) -> None:
    assert number in scanned(render(shape, language="de"))


@pytest.mark.parametrize("length", [4, 13, 14, 20, 40])
@pytest.mark.parametrize(
    "shape",
    [
        samples.pick_list(),
        samples.count_sheet(),
        samples.transfer_slip(),
        samples.unit_life(),
        samples.packing_list(),
        samples.delivery_note(),
        samples.rma_slip(),
        samples.vendor_return(),
    ],
    ids=lambda shape: type(shape).__name__,
)
def test_a_number_of_any_length_is_read_from_its_paper(shape: s.Shape, length: int) -> None:
    number = ("SH-2026-0655-" * 4)[:length]
    assert number in scanned(render(dataclasses.replace(shape, number=number), language="de"))


def test_small_labels_are_read_by_a_scanner() -> None:
    pdf = render(samples.labels(), language="de")
    assert [scanned(pdf, page=page) for page in range(3)] == [
        {"NET-ER8"},
        {"SN-P24-07300443-GRÜN"},
        {"BIN-HH-A1-01"},
    ]


@pytest.mark.parametrize("paper", NAMES)
@pytest.mark.parametrize("square", [False, True])
def test_labels_are_read_on_every_paper(paper: str, square: bool) -> None:
    """Rolls have one to a page; a sheet that is begun is filled on from there."""
    on = paper_named(paper)
    each = on.columns * on.rows
    rows = tuple(s.Label(f"Patch cable {n}", f"NET-{n:03}", "Main / A1") for n in range(each + 1))
    pdf = render(s.Labels(rows, on, start=each, square=square), language="de")
    if each == 1:
        assert [scanned(pdf, page=n) for n in range(2)] == [{"NET-000"}, {"NET-001"}]
    else:
        assert scanned(pdf) == {"NET-000"}
        assert scanned(pdf, page=1) == {row.code for row in rows[1:]}


@pytest.mark.parametrize("paper", NAMES)
def test_a_code_of_any_length_is_read_on_every_label(paper: str) -> None:
    """Bars are whole dots of a label printer, two at least; what has no room so becomes a square code."""
    letters = "SN-7X2-0123456789-ABCDEFG9876543210-QWERTZ"
    wanted = {letters[-length:] for length in range(1, len(letters), 2)}
    shape = s.Labels(tuple(s.Label("Patch cable", one, "Main / A1") for one in wanted), paper_named(paper))
    pdf = render(shape, language="de")
    assert {code for page in range(len(pages(pdf))) for code in scanned(pdf, page=page)} == wanted


@pytest.mark.parametrize(
    "name", ["a4-7x3", "a4-3x17", "roll-10x10", "roll-300x20", "letter", "a4", "roll-6²x29"]
)
def test_a_paper_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        paper_named(name)
    assert refused.value.code == "no_such_paper"


def test_a_long_number_is_a_square_code_where_bars_would_be_too_thin() -> None:
    label = s.Labels((s.Label("Switch", "SN-0123456789-0123456789"),), paper_named("roll-38x25"))
    assert scanned(render(label, language="en")) == {"SN-0123456789-0123456789"}


def test_a_name_of_nothing_but_umlauts_is_scanned_as_it_is_written() -> None:
    assert scanned(render(s.Labels((s.Label("Außenlager", "ÄÖÜ-01"),)), language="de")) == {"ÄÖÜ-01"}


def test_a_packing_list_says_which_box_holds_what() -> None:
    text = " ".join(pages(render(samples.packing_list(), language="en")))
    first, second, loose = (
        text.index("Container BX-3107"),
        text.index("Container BX-3108"),
        text.index("Not in a container"),
    )
    assert first < text.index("Managed switch") < second < text.index("Patch cable") < loose


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_people_type_is_printed_literally(typed: str) -> None:
    line = dataclasses.replace(
        samples.rows(1)[0], title=f"A{typed}Z", description=typed, serials=(typed,), note=typed
    )
    to = dataclasses.replace(
        people.CUSTOMER, address=dataclasses.replace(people.CUSTOMER.address, name=f"B{typed}Y")
    )
    shape = dataclasses.replace(
        samples.invoice(1), lines=(line,), to=to, note=f"N{typed}M", customer_reference=typed
    )
    text = pages(render(shape, language="en"))[0]
    assert f"A{typed}Z" in text
    assert f"B{typed}Y" in text
    assert f"N{typed}M" in text


@pytest.mark.parametrize(
    "typed",
    [
        "שלום עולם",
        "مرحبا بالعالم",
        "日本語の名前",
        "Ж Ωмега",
        "🚀 😀",
        "é́́",
        "W" * 300,
        "a-" * 200,
        "x" * 4000,
    ],
)
def test_any_script_and_any_length_stays_on_the_paper(typed: str) -> None:
    line = dataclasses.replace(samples.rows(1)[0], title=typed, sku=typed[:100])
    pdf = render(
        dataclasses.replace(samples.invoice(1), lines=(line,), customer_reference=typed[:100]), language="de"
    )
    for page in pypdfium2.PdfDocument(pdf):
        words = page.get_textpage()
        edges = [words.get_charbox(at) for at in range(words.count_chars())]
        assert max(right for _, _, right, _ in edges) < page.get_width() - 40
    assert "Gesamtbetrag" in pages(pdf)[-1]


def test_one_long_run_of_serials_goes_over_the_page() -> None:
    serials = tuple(f"SN{number:09d}" for number in range(1500))
    line = dataclasses.replace(samples.rows(1)[0], quantity=s.Quantity(1500), serials=serials)
    text = pages(render(dataclasses.replace(samples.delivery_note(1), lines=(line,)), language="en"))
    assert len(text) == 5
    assert serials[0] in text[0]
    assert serials[-1] in text[-1]


def test_german_has_a_word_for_every_meaning() -> None:
    same = {meaning for meaning in WORDS if words("de")[meaning] == words("en")[meaning]}
    assert same == {"web", "iban", "bic", "bank", "rma", "optional"}


def test_many_threads_print_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: render(samples.invoice(n % 3 + 1), language="de"), range(16)))
    assert len({len(pdf) for pdf in made}) == 3
