"""Pictures of pages as bytes between the parser's process and ours, as `wire` does for documents: nothing is believed."""

from __future__ import annotations

from ragbot.loaders.pdf.picture import PagePicture, PictureWord, page_picture
from ragbot.loaders.wire import Refusal, number_of, packed, refusal_of, string_of, unpacked
from ragbot.loaders.worker_main import guarded

MAX_PICTURE = 16_000_000  # bytes; four million pixels, hardly packed at all
_MEDIA_TYPES = ("image/png", "image/webp")


def pack_request(data: bytes, number: int, width: int) -> bytes:
    """A request for page `number` of the file `data`, as one message."""
    return packed({"number": number, "width": width}, data)


def answer_request(message: bytes) -> bytes:
    """What is called in the other process: the picture that was asked for, or its refusal, as a message."""
    values, data = unpacked(message)
    return guarded(lambda: pack_picture(page_picture(data, values["number"], width=values["width"])))


def pack_picture(picture: PagePicture) -> bytes:
    """`picture` as one message."""
    values = {
        "type": picture.media_type,
        "size": [picture.width, picture.height],
        "pages": picture.n_pages,
        "words": picture.words,
    }
    return packed({"picture": values}, picture.data)


def unpack_picture(message: bytes) -> PagePicture | Refusal:
    """What the parser made of a page. Raises ValueError if the message is neither a lawful picture nor a refusal."""
    try:
        values, data = unpacked(message)
        if "refusal" in values:
            return refusal_of(values["refusal"])
        told = values["picture"]
        width, height = (number_of(side) for side in told["size"])
        words = tuple(_word(*word) for word in told["words"])
        picture = PagePicture(data, string_of(told["type"]), width, height, number_of(told["pages"]), words)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"unreadable answer ({error})") from error
    if picture.media_type not in _MEDIA_TYPES or not 0 < len(data) <= MAX_PICTURE or min(width, height) < 1:
        raise ValueError("no picture in it")
    return picture


def _word(text: object, *box: object) -> PictureWord:
    left, top, right, bottom = (_share(edge) for edge in box)
    return PictureWord(string_of(text), left, top, right, bottom)


def _share(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:  # not a number compares with nothing
        raise TypeError("a place outside the page")
    return float(value)
