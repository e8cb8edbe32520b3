"""A document as pictures of its pages: `python -m pendopo.meetings.media.leafing [PAGE] < in > out`.

A program of its own with little memory and time, because what it reads comes from outside. Without a page it says how many there are,
with one it answers that page as PPM. Reads PDF, and pictures (one page).
"""

import io
import resource
import sys

import pypdfium2
from PIL import Image

WIDTH_PX = 1600
MOST_PAGES = 300
MEMORY_BYTES, SECONDS = 1024**3, 20
# A picture larger than this is no document (pixels).
MOST_PIXELS = 80_000_000


def pages_of(body: bytes) -> int:
    """How many pages. Raises an error of its library when it cannot be read."""
    if body[:5] != b"%PDF-":
        with Image.open(io.BytesIO(body)) as picture:
            picture.verify()
        return 1
    with pypdfium2.PdfDocument(body) as document:
        return min(MOST_PAGES, len(document))


def drawn(body: bytes, page: int) -> bytes:
    """One page, counted from 1, as PPM: plain pixels, in which nothing is hidden from whoever reads them next."""
    if body[:5] == b"%PDF-":
        with pypdfium2.PdfDocument(body) as document:
            leaf = document[page - 1]
            picture = leaf.render(scale=min(4.0, WIDTH_PX / leaf.get_width())).to_pil()
    else:
        picture = Image.open(io.BytesIO(body))
        picture.thumbnail((WIDTH_PX, WIDTH_PX))
    pixels: Image.Image = picture.convert("RGB")
    return b"P6 %d %d 255\n" % pixels.size + pixels.tobytes()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    given = sys.stdin.buffer.read()
    if len(sys.argv) > 1:
        sys.stdout.buffer.write(drawn(given, int(sys.argv[1])))
    else:
        sys.stdout.write(str(pages_of(given)))
