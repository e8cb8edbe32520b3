"""Floor plans from outside: drawings are kept, whatever acts is refused by name."""

import pytest

from pendopo.coworking.places.plans import BadPlan, clean, marks

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 400 300">'


def svg(inside: str) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


def test_a_drawing_is_kept_without_what_the_editor_left() -> None:
    made = clean(
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://x" width="40mm" viewBox="0 0 400 300" inkscape:version="1">'
        b'<metadata>secret</metadata><rect id="meja-1" x="10" y="20" width="30" height="40" style="fill:red" inkscape:label="x"/></svg>'
    )
    assert (
        (made.width, made.height) == (400, 300) and "secret" not in made.text and "style" not in made.text and "inkscape" not in made.text
    )
    assert marks(made.text) == {"meja-1": (10, 20, 30, 40)}


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<g ONCLICK="x()"/>',
        "<foreignObject><body/></foreignObject>",
        '<rect fill="url(http://x.test/a)"/>',
        '<path d="M0 0" clip-path="url(//x)"/>',
        '<rect id="javascript:x"/>',
        '<rect fill="data:text/html,x"/>',
    ],
)
def test_what_acts_or_fetches_is_refused(inside: str) -> None:
    with pytest.raises(BadPlan):
        clean(svg(inside))


@pytest.mark.parametrize(
    "inside",
    [
        '<a xlink:href="javascript:x"><rect/></a>',
        '<image xlink:href="http://x.test/a.png"/>',
        "<style>*{}</style>",
        '<use xlink:href="#a"/>',
        '<animate attributeName="href"/>',
        '<set attributeName="onclick"/>',
    ],
)
def test_what_is_no_drawing_is_left_out(inside: str) -> None:
    assert clean(svg(inside)).text.count("<") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<html/>",
        b"<svg/>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="5 5 10 10"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 nan 1"/>',
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><text>&a;</text></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'.encode("utf-16"),
        svg("<g>" * 300 + "</g>" * 300),
        b" " * (600 * 1024),
    ],
)
def test_what_is_no_plan(body: bytes) -> None:
    with pytest.raises(BadPlan):
        clean(body)
