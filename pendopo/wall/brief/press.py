"""The press: a program of its own that reads HTML and writes a tagged PDF: `python -m pendopo.wall.brief.press < page.html > page.pdf`.

Apart from the product, so that its libraries (Pango among them) weigh on no other process, and a machine without them lacks only the PDF.
"""

import sys
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

STYLE = Path(__file__).with_name("paper.css")
STATIC = Path(__file__).parents[2] / "ui/static"
VARIANT = "pdf/ua-1"
FAMILY = "Plus Jakarta Sans Variable"


def render(html: str) -> Document:
    """The pages. Only files of this machine are read; nothing is fetched."""
    fonts = FontConfiguration()
    document = HTML(string=html, base_url=str(STATIC / "ui"), url_fetcher=URLFetcher(allowed_protocols=["file"]))
    style = CSS(string=_faces() + STYLE.read_text(), font_config=fonts)
    return document.render(stylesheets=[style], font_config=fonts, pdf_variant=VARIANT)


def _faces() -> str:
    """The product's own font, where it is built; else the system's."""
    found = sorted((STATIC / "built").glob("plus-jakarta-sans-latin-wght-normal-*.woff2"))[:1]
    return "".join(f'@font-face {{ font-family: "{FAMILY}"; src: url("{path.as_uri()}"); }}\n' for path in found)


if __name__ == "__main__":
    render(sys.stdin.buffer.read().decode()).write_pdf(sys.stdout.buffer, pdf_variant=VARIANT)
