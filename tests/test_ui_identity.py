"""The operator's own look: colours that can be read or are refused with their ratio, a logo that is only ever a picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.config import Settings
from ragbot.datatypes import DISCLAIMER
from ragbot.errors import SettingsError
from ragbot.ui.contrast import DARK, LEAST_RATIO, LIGHT, contrast, ink_on, readable
from ragbot.ui.fixed import disclaimer_html
from ragbot.ui.frame import header_html, welcome_html
from ragbot.ui.identity import MAX_LOGO_BYTES, identity, read_logo
from ragbot.ui.parts import asset
from ragbot.ui.site import with_identity
from ragbot.ui.words import load_words

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def test_the_measured_grounds_are_those_of_the_style_sheet() -> None:
    light, dark = asset("css/colours.css").split("prefers-color-scheme: dark", 1)
    for sheet, grounds in ((light, LIGHT), (dark, DARK)):
        values = dict(re.findall(r"--([\w-]+): (#\w{6});", sheet))
        assert tuple(values[name] for name in ("paper", "surface", "raised", "tint")) == grounds
        assert all(contrast(values["accent"], ground) >= LEAST_RATIO for ground in grounds)


def test_contrast_is_that_of_the_wcag_examples() -> None:
    # 0.2126 is the share of red in luminance: (1 + 0.05) / (0.2126 + 0.05) = 3.998
    assert round(contrast("#ff0000", "#ffffff"), 2) == 4.0
    assert contrast("#ff0000", "#ffffff") == contrast("#ffffff", "#ff0000")


def test_a_colour_that_cannot_be_read_is_refused_with_its_ratio() -> None:
    with pytest.raises(SettingsError) as caught:
        identity(Settings(colour="#ffcc00"))
    # Of the four light grounds #e3efee is the darkest, so yellow stands out least on it.
    assert re.fullmatch(
        r"colour #ffcc00 has a contrast of 1\.\d\d to the page's #e3efee; WCAG AA asks for 4.5: choose a darker one",
        str(caught.value),
    )
    with pytest.raises(SettingsError, match=r"^colour_dark #0c5a60 has .*: choose a lighter one$"):
        identity(Settings(colour_dark="#0c5a60"))


def test_a_ratio_just_short_of_enough_is_never_rounded_up() -> None:
    with pytest.raises(SettingsError, match=r"has a contrast of 4\.49 to"):
        identity(Settings(colour="#6e6c5d"))  # 4.50000


def test_a_colour_for_light_brings_its_own_for_dark() -> None:
    style = identity(Settings(colour="#7a1fa2")).style
    light, dark = re.findall(r"--accent:(#\w{6});--on-accent:(#\w{6})", style)
    assert light == ("#7a1fa2", "#ffffff")
    assert all(contrast(dark[0], ground) >= LEAST_RATIO for ground in DARK)
    assert identity(Settings()).style == ""


@given(COLOURS)
def test_any_colour_can_be_made_readable_on_dark_and_has_a_readable_ink(colour: str) -> None:
    lighter = readable(colour, DARK)
    assert all(contrast(lighter, ground) >= LEAST_RATIO for ground in DARK)
    assert contrast(ink_on(lighter), lighter) >= LEAST_RATIO


def test_a_logo_is_told_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    (tmp_path / "b").write_bytes(SVG)
    assert read_logo(tmp_path / "a.png").media_type == "image/png"
    assert read_logo(tmp_path / "b").media_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"<html>", "is neither SVG nor PNG; save it as one of them"),
        (b"", "is neither SVG nor PNG; save it as one of them"),
        (SVG + b" " * MAX_LOGO_BYTES, "has more than 300,000 bytes; make it smaller"),
    ],
)
def test_what_is_no_logo_is_refused(tmp_path: Path, content: bytes, line: str) -> None:
    (tmp_path / "logo.svg").write_bytes(content)
    with pytest.raises(SettingsError, match=line):
        read_logo(tmp_path / "logo.svg")
    with pytest.raises(SettingsError, match=r"^cannot read the logo "):
        read_logo(tmp_path / "none.svg")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_operators_words_are_shown_as_text_and_the_disclaimer_stays(language: str) -> None:
    hostile = "<b onclick='x()'>Ask & co</b> ${1+1}"
    own = identity(Settings(name=hostile, contact=hostile, disclaimer_addition=hostile))
    words = with_identity(load_words(language), own)
    shown = "&lt;b onclick=&#x27;x()&#x27;&gt;Ask &amp; co&lt;/b&gt; &#36;&#123;1+1&#125;"
    assert f"<h1>{shown}</h1>" in header_html(words)
    assert f'<p class="contact" dir="auto">{shown}</p>' in welcome_html([], words)
    assert shown in disclaimer_html(words)
    assert DISCLAIMER in disclaimer_html(words)
    assert load_words(language).page.disclaimer_line in disclaimer_html(words)


def test_without_anything_of_the_operators_the_words_are_the_pages_own() -> None:
    assert with_identity(load_words("en"), identity(Settings())) == load_words("en")
