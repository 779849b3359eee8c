"""A page as a picture: what is drawn is where its words are said to be, whichever way the page is turned."""

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4

from ragbot.errors import DocumentError, ParserError
from ragbot.loaders.pdf.picture import MAX_PIXELS, PagePicture, PictureWord, page_picture
from ragbot.loaders.picture_wire import pack_picture, unpack_picture
from ragbot.loaders.pictures import PageDrawer
from ragbot.loaders.wire import Refusal, pack_refusal, packed
from ragbot.loaders.worker_process import Limits
from tests.loaders.pdf_files import Pdf, pages_of


def image(picture: PagePicture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data)).convert("L")


def ink(picture: PagePicture, word: PictureWord) -> float:
    """The share of dark pixels inside the word's box."""
    sheet = image(picture)
    box = (word.left * sheet.width, word.top * sheet.height, word.right * sheet.width, word.bottom * sheet.height)
    cut = sheet.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]
    return sum(cut.point(lambda level: level < 128 and 1).tobytes()) / max(1, cut.width * cut.height)


def turned(degrees: int) -> bytes:
    """A page whose file says that it is to be shown turned, its words drawn so that they are then upright."""
    pdf = Pdf()
    pdf.canvas.setPageRotation(degrees)  # on its side the page is written 842 points wide and 595 high
    pdf.canvas.translate(*{0: (0, 0), 90: (A4[1], 0), 180: A4, 270: (0, A4[0])}[degrees])
    pdf.canvas.rotate(degrees)
    pdf.canvas.setFont("Times-Roman", 20)
    pdf.canvas.drawString(100, 300, "Rest after the infusion.")
    return pdf.bytes()


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_each_word_has_its_ink_inside_its_box_however_the_page_is_turned(degrees: int) -> None:
    picture = page_picture(turned(degrees), 0, width=900)
    assert [word.text for word in picture.words] == ["Rest", "after", "the", "infusion."]
    assert [word.left for word in picture.words] == sorted(word.left for word in picture.words)
    assert all(ink(picture, word) > 0.05 for word in picture.words)
    whole = sum(image(picture).point(lambda level: level < 128 and 1).tobytes())
    inside = sum(ink(picture, w) * (w.right - w.left) * (w.bottom - w.top) for w in picture.words)
    assert inside * picture.width * picture.height > 0.95 * whole  # nothing is drawn beside the boxes


def test_words_that_run_up_the_page_are_shown_running_to_the_right() -> None:
    pdf = Pdf()
    pdf.canvas.rotate(90)
    pdf.canvas.drawString(100, -200, "A wide table")
    picture = page_picture(pdf.bytes(), 0, width=842)
    assert (picture.width, picture.height) == (842, 596)  # A4 is 595.3 by 841.9 points, here on its side
    assert all(ink(picture, word) > 0.05 for word in picture.words)


def test_the_width_is_kept_unless_the_page_is_very_high() -> None:
    assert page_picture(pages_of(["one"]), 0, width=1_000).width == 1_000
    high = Pdf()
    high.canvas.setPageSize((100, 14_000))
    high.canvas.drawString(10, 100, "low")
    picture = page_picture(high.bytes(), 0, width=1_400)
    assert picture.width * picture.height <= MAX_PIXELS + picture.width + picture.height  # rounded up


def test_plain_text_is_kept_without_loss_and_a_photograph_packed() -> None:
    assert page_picture(pages_of(["one"]), 0, width=600).media_type == "image/png"
    pdf = Pdf()
    colours = Image.effect_mandelbrot((200, 200), (-2, -1.5, 1, 1.5), 100).convert("RGB")
    wheel = Image.merge("RGB", (colours.getchannel(0), *[Image.linear_gradient("L").resize((200, 200))] * 2))
    wheel.putpixel((0, 0), (1, 2, 3))
    pdf.canvas.drawInlineImage(wheel, 100, 300, 300, 300)
    picture = page_picture(pdf.bytes(), 0, width=600)
    assert picture.media_type == "image/webp"
    assert image(picture).size == (picture.width, picture.height)


@pytest.mark.parametrize("number", [-1, 2])
def test_a_page_that_the_file_does_not_have_is_refused(number: int) -> None:
    with pytest.raises(DocumentError, match=rf"no page {number + 1}; the file has 2"):
        page_picture(pages_of(["one", "two"]), number, width=300)


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(DocumentError, match="no PDF"):
        page_picture(b"%PDF-1.4 nothing", 0, width=300)


# --- in a process of its own ---


def test_the_process_draws_what_is_drawn_here_and_goes_on_after_a_refusal() -> None:
    data = pages_of(["Rest today.", "Drink water."])
    with PageDrawer() as drawer:
        assert drawer.draw(data, 1, width=300) == page_picture(data, 1, width=300)
        with pytest.raises(DocumentError, match="no page 3"):
            drawer.draw(data, 2, width=300)
        with pytest.raises(DocumentError, match="no PDF"):
            drawer.draw(b"nothing", 0, width=300)
        assert drawer.draw(data, 0, width=300).words[0].text == "Rest"


def slow_page() -> bytes:
    """A page that takes minutes to draw: half a million thick curves over each other."""
    pdf = Pdf()
    pdf.canvas.setLineWidth(400)
    path = pdf.canvas.beginPath()
    for step in range(30_000):
        path.moveTo(step % 595, 0)
        path.curveTo(0, 800, 595, 0, 595 - step % 595, 842)
    for _ in range(60):
        pdf.canvas.drawPath(path)
    return pdf.bytes()


def test_a_page_that_takes_too_long_costs_only_itself() -> None:
    with PageDrawer(limits=Limits(seconds=5.0, memory=300_000_000)) as drawer:
        with pytest.raises(ParserError, match="ran over 5 s"):
            drawer.draw(slow_page(), 0, width=1_400)
        assert drawer.draw(pages_of(["one"]), 0, width=300).n_pages == 1


def test_visitors_take_turns_at_one_process() -> None:
    data = pages_of(["one", "two", "three", "four"])
    drawn: dict[int, str] = {}
    with PageDrawer() as drawer:

        def draw(number: int) -> None:
            drawn[number] = drawer.draw(data, number, width=200).words[0].text

        threads = [threading.Thread(target=draw, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert drawn == {0: "one", 1: "two", 2: "three", 3: "four"}


# --- what the process says is not believed ---

PICTURE = PagePicture(b"\x89PNG", "image/png", 3, 4, 1, (PictureWord("Rest", 0.1, 0.2, 0.3, 0.4),))


def test_a_picture_and_a_refusal_come_back_as_they_were() -> None:
    assert unpack_picture(pack_picture(PICTURE)) == PICTURE
    assert unpack_picture(pack_refusal(Refusal(reason="no"))) == Refusal(reason="no")


@pytest.mark.parametrize(
    "change",
    [
        {"type": "text/html"},
        {"type": 7},
        {"size": [0, 4]},
        {"size": [True, 4]},
        {"size": "34"},
        {"pages": "1"},
        {"words": [["Rest", 0.1, 0.2, 0.3]]},
        {"words": [["Rest", 0.1, 0.2, 0.3, 1.5]]},
        {"words": [["Rest", 0.1, 0.2, 0.3, float("nan")]]},
        {"words": [[7, 0.1, 0.2, 0.3, 0.4]]},
        {"words": None},
    ],
)
def test_an_unlawful_picture_is_refused(change: dict[str, object]) -> None:
    values = {"type": "image/png", "size": [3, 4], "pages": 1, "words": []} | change
    with pytest.raises(ValueError, match=r"unreadable answer|no picture"):
        unpack_picture(packed({"picture": values}, b"\x89PNG"))


@pytest.mark.parametrize("message", [b"", b"{}\n", b"[]\n", b'{"picture": 1}\n', b"\xff\n"])
def test_noise_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="unreadable answer"):
        unpack_picture(message)
