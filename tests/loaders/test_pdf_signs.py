"""Signs of symbol fonts, raised digits and words painted twice come out of a PDF as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.loaders.pdf.signs import readable, with_raised
from ragbot.loaders.symbols import from_symbol_font
from tests.loaders.pdf_files import BOLD, REGULAR, Pdf, loaded, shown, wrapped

LONG = "Ketamine is given as an infusion over forty minutes in the clinic, and a nurse stays in the room."


def coded(lines: list[str], meanings: dict[str, int], *, font: str = "ABCDEF+SymbolMT") -> bytes:
    """A PDF of Courier whose table of meanings names a code for some letters, as word processors write it."""
    pairs = [f"<{ord(letter):02X}> <{code:04X}>" for letter, code in meanings.items()]
    kept = [f"<{n:02X}> <{n:04X}>" for n in range(32, 127) if chr(n) not in meanings]
    ranges = "".join(
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar\n"
        for part in (pairs + kept[:60], kept[60:])
        if part
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{ranges}endcmap end end"
    )
    content = "".join(f"BT /F1 11 Tf 72 {700 - 40 * number} Td ({line}) Tj ET\n" for number, line in enumerate(lines))
    widths = " ".join(["600"] * 95)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{font} /FirstChar 32 /LastChar 126 /Widths [{widths}]"
        f" /Encoding /WinAnsiEncoding /ToUnicode 6 0 R /FontDescriptor 7 0 R >>",
        f"<< /Length {len(content)} >>\nstream\n{content}endstream",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        f"<< /Type /FontDescriptor /FontName /{font} /Flags 32 /FontBBox [0 -200 600 800] /ItalicAngle 0 /Ascent 800"
        " /Descent -200 /CapHeight 700 /StemV 80 >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


def test_signs_of_the_symbol_font_are_read_and_not_dropped() -> None:
    # The letters q, z, w, j, x stand for the Symbol font's micro, at least, at most, minus and degree.
    meanings: dict[str, int] = {"q": 0xF06D, "z": 0xF0B3, "w": 0xF0A3, "j": 0xF02D, "x": 0xF0B0}
    document = loaded(coded(["Give 50 qg", "aged z 18", "or w80 kg", "at j5 xC"], meanings))
    assert [text for _, text in shown(document)] == ["Give 50 \u00b5g", "aged ≥ 18", "or ≤80 kg", "at −5 °C"]
    assert document.notes == ()


@pytest.mark.parametrize("code", [0xF0B7, 0xF02D])
def test_a_bullet_or_minus_of_the_symbol_font_alone_at_the_start_of_a_line_marks_an_item(code: int) -> None:
    document = loaded(coded(["q Rest at home"], {"q": code}))
    assert shown(document) == [("list_item 1", "Rest at home")]


def test_a_minus_of_the_symbol_font_before_a_number_stays_at_the_start_of_a_line() -> None:
    document = loaded(coded(["q5 degrees", "q 5 degrees"], {"q": 0xF02D}))
    assert [text for _, text in shown(document)] == ["−5 degrees", "− 5 degrees"]


def test_a_bullet_of_wingdings_marks_an_item_and_its_other_signs_are_not_those_of_the_symbol_font() -> None:
    # Wingdings draws a pen or a mailbox where the Symbol font has its letters: no Greek may come of it.
    document = loaded(coded(["q Rest at home", "Tick z here"], {"q": 0xF0A7, "z": 0xF06D}, font="Wingdings-Regular"))
    assert shown(document) == [("list_item 1", "Rest at home"), ("paragraph", "Tick � here")]


def test_an_unknown_sign_is_seen_in_the_text_and_named_in_the_notes() -> None:
    document = loaded(coded(["aged q 18"], {"q": 0xE123}))
    assert document.text == "aged � 18"
    assert document.notes == ("signs that the file gives no meaning read as �: pages 1; compare with the file",)


def test_a_sign_without_any_meaning_is_no_hyphen() -> None:
    assert loaded(coded(["aged q18"], {"q": 0})).text == "aged � 18"


def test_each_code_of_the_symbol_font_has_its_sign() -> None:
    # From Adobe's table of the Symbol encoding.
    signs = {0x6D: "\u00b5", 0xB3: "≥", 0xA3: "≤", 0xB1: "±", 0xB4: "×", 0x2D: "−", 0xB0: "°", 0xB7: "•", 0x61: "α"}
    signs |= {0x44: "Δ", 0x7A: "ζ", 0xA5: "∞", 0xAE: "→", 0xB8: "÷", 0xBB: "≈", 0xD6: "√", 0xDE: "⇒", 0xE5: "∑"}
    assert {code: from_symbol_font(code) for code in signs} == signs
    assert {code: from_symbol_font(chr(0xF000 + code)) for code in signs} == signs
    assert [from_symbol_font(chr(code)) for code in (0xE06D, 0xF100, 0x2265)] == [None, None, None]


@given(st.text(st.characters(min_codepoint=0xE000, max_codepoint=0xF8FF), min_size=1, max_size=9))
def test_no_private_sign_goes_unseen(text: str) -> None:
    read = readable(text)
    assert len(read) == len(text)
    assert not any(0xE000 <= ord(character) <= 0xF8FF for character in read)


def raised(parts: list[tuple[str, float]]) -> bytes:
    """One line of parts of 11 points, or of 7 points raised (or lowered) by a number of points."""
    pdf = Pdf()
    text = pdf.canvas.beginText(72, 700)
    for words, rise in parts:
        text.setRise(rise)
        text.setFont(REGULAR, 7 if rise else 11)
        text.textOut(words)
    pdf.canvas.drawText(text)
    return pdf.bytes()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("More than 10", 0), ("9", 4), (" per litre", 0)], "More than 10⁹ per litre"),
        ([("About 10", 0), ("-3", 4), (" of them", 0)], "About 10⁻³ of them"),
        ([("Take 2", 0), ("1", 4), (" tablets", 0)], "Take 2¹ tablets"),
        ([("Weight in kg/m", 0), ("2", 4)], "Weight in kg/m²"),
        ([("Ketamine", 0), ("1", 4), (" was given.", 0), ("2,3", 4), (" It helps", 0)], "Ketamine was given. It helps"),
        ([("Breathe CO", 0), ("2", -2), (" out", 0)], "Breathe CO2 out"),
        ([("On the 4", 0), ("th", 4), (" day", 0)], "On the 4th day"),
        ([("Give 10 mg", 0), ("a", 4), (" or 12", 0), ("a", 4), (" mg", 0)], "Give 10 mgᵃ or 12ᵃ mg"),
    ],
)
def test_raised_small_digits_do_not_join_the_number_before_them(parts: list[tuple[str, float]], expected: str) -> None:
    assert loaded(raised(parts)).text == expected


def test_a_fraction_with_a_raised_numerator_keeps_apart_from_its_whole() -> None:
    assert with_raised("21/2", [False, True, False, False]) == "2 1/2"


@given(st.from_regex(r"[1-9][0-9]{0,3}", fullmatch=True), st.from_regex(r"[1-9][0-9]{0,2}", fullmatch=True))
def test_a_raised_number_never_lengthens_a_number(number: str, exponent: str) -> None:
    read = with_raised(number + exponent, [False] * len(number) + [True] * len(exponent))
    superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹"
    assert read[: len(number)] == number
    assert "".join(str(superscripts.index(digit)) for digit in read[len(number) :]) == exponent


def test_words_painted_twice_for_bold_type_are_read_once() -> None:
    pdf = Pdf()
    pdf.write(72, 100, "Take 2 tablets 2 times", font=BOLD)
    for place, part in ((72.4, "Take 2"), (72.4 + pdf.canvas.stringWidth("Take 2 ", BOLD, 11), "tablets 2 times")):
        pdf.write(place, 100, part, font=BOLD)
    pdf.lines(72, 150, wrapped(LONG, 450))
    assert [text for _, text in shown(loaded(pdf.bytes()))] == ["Take 2 tablets 2 times", LONG]
