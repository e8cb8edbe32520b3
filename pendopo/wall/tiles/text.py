"""A text in Markdown, without HTML and pictures: what somebody writes on a board can carry no script."""

from typing import Any

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from ..reading import Plan, Reading

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/text.html`."""
    return {"html": html_of(plan.spec.text.say(reading.language) if plan.spec.text else "")}


def html_of(markdown: str) -> SafeString:
    """The text as HTML; its headings stand below the tile's."""
    tokens = MARKDOWN.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3"
    return SafeString(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
