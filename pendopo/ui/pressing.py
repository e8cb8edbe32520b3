"""The press, a program of its own that sets a tagged PDF: `python -m pendopo.ui.pressing paper.css [more.css] < page.html > page.pdf`.

Apart from the product, so that its libraries (Pango among them) weigh on no other process, and a machine without them lacks only the PDF.
"""

import sys
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

STATIC = Path(__file__).parent / "static"
VARIANT = "pdf/ua-1"
FAMILY = "Plus Jakarta Sans Variable"


def render(html: str, *styles: Path) -> Document:
    """The pages in style sheets, later ones over earlier ones. Only files of this machine are read; nothing is fetched."""
    fonts = FontConfiguration()
    document = HTML(string=html, base_url=str(STATIC / "ui"), url_fetcher=URLFetcher(allowed_protocols=["file"]))
    sheet = CSS(string=_faces() + "".join(style.read_text() for style in styles), font_config=fonts)
    return document.render(stylesheets=[sheet], font_config=fonts, pdf_variant=VARIANT)


def _faces() -> str:
    """The product's own font, where it is built; else the system's."""
    found = sorted((STATIC / "built").glob("plus-jakarta-sans-latin-wght-normal-*.woff2"))[:1]
    return "".join(f'@font-face {{ font-family: "{FAMILY}"; src: url("{path.as_uri()}"); }}\n' for path in found)


if __name__ == "__main__":
    render(sys.stdin.buffer.read().decode(), *map(Path, sys.argv[1:])).write_pdf(sys.stdout.buffer, pdf_variant=VARIANT)
