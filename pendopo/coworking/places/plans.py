"""Floor plans: an SVG from outside is read strictly, or refused with the reason. What is kept holds drawings and nothing that acts."""

import re
from dataclasses import dataclass

from lxml import etree

from pendopo.ui.sentence import Sentence

LARGEST = 512 * 1024
SVG = "http://www.w3.org/2000/svg"
DRAWN = frozenset(
    re.findall(
        r"\w+",
        """svg g path rect circle ellipse line polyline polygon text tspan title desc defs linearGradient radialGradient stop pattern
        clipPath""",
    )
)
# Elements that act in a browser: one of them refuses the whole file, so that nobody wonders what was taken out.
LOUD = frozenset({"script", "foreignObject", "iframe", "object", "embed", "handler"})
ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        """id class x y x1 x2 y1 y2 cx cy r rx ry d points width height viewBox transform fill fill-opacity fill-rule stroke stroke-width
        stroke-linecap stroke-linejoin stroke-dasharray stroke-opacity opacity font-size font-weight font-family text-anchor
        dominant-baseline offset stop-color stop-opacity gradientUnits gradientTransform patternUnits patternTransform clip-path clip-rule
        dx dy rotate version preserveAspectRatio letter-spacing""",
    )
)
ADDRESS = re.compile(r"url\s*\(\s*(?!['\"]?#)|javascript:|data:", re.I)


class BadPlan(ValueError):
    """The file is no plan that can be kept; the message is a Sentence."""


@dataclass(frozen=True)
class CleanPlan:
    """A plan that may be shown, with the size of its view box."""

    text: str
    width: float
    height: float


def clean(body: bytes) -> CleanPlan:
    """The drawing in a file, without what an editor left beside it. Raises BadPlan for scripts, handlers, addresses and entities."""
    if len(body) > LARGEST:
        raise BadPlan(Sentence("A plan has %(size)s KB at most: simplify the drawing.", size=LARGEST // 1024))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise BadPlan(Sentence("This file is no SVG drawing: save the plan as plain SVG.")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadPlan(Sentence("The plan declares a document type: save it as plain SVG."))
    if etree.QName(root).namespace != SVG or etree.QName(root).localname != "svg":
        raise BadPlan(Sentence("This file is no SVG drawing: save the plan as plain SVG."))
    width, height = _size(root)
    _strip(root)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("viewBox", f"0 0 {width:g} {height:g}" if "viewBox" not in root.attrib else root.get("viewBox", ""))
    etree.cleanup_namespaces(root)
    return CleanPlan(etree.tostring(root, encoding="unicode"), width, height)


def _size(root: etree._Element) -> tuple[float, float]:
    """Width and height in the units of the drawing. A view box that does not begin at 0, 0 is refused: what is placed would be shifted."""
    try:
        if box := root.get("viewBox"):
            left, top, width, height = (float(part) for part in re.split(r"[\s,]+", box.strip()))
            if left or top:
                raise BadPlan(Sentence("The view box of the plan begins elsewhere than at 0 0: move the drawing to the corner."))
        else:
            width, height = (float(re.sub(r"[a-z]+$", "", root.get(name, ""))) for name in ("width", "height"))
    except BadPlan:
        raise
    except ValueError as error:
        raise BadPlan(Sentence("The plan does not say how large it is: give it a viewBox.")) from error
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise BadPlan(Sentence("The plan does not say how large it is: give it a viewBox."))
    return width, height


def _acts(name: str) -> BadPlan:
    return BadPlan(Sentence("The plan holds “%(name)s”, which could act in the browser of whoever looks: remove it.", name=name[:40]))


def _strip(element: etree._Element) -> None:
    for child in list(element):
        name = etree.QName(child)
        if name.localname in LOUD:
            raise _acts(str(name.localname))
        if name.namespace != SVG or name.localname not in DRAWN:
            element.remove(child)
        else:
            _strip(child)
    for attribute, value in list(element.attrib.items()):
        plain = etree.QName(attribute)
        if plain.localname.lower().startswith("on"):
            raise _acts(str(plain.localname))
        if ADDRESS.search(value):
            raise BadPlan(Sentence("The plan fetches something from elsewhere: draw everything in the file itself."))
        if plain.namespace or plain.localname not in ATTRIBUTES:
            del element.attrib[attribute]


def marks(text: str) -> dict[str, tuple[float, float, float, float]]:
    """Where the rectangles with an id lie (x, y, width, height): a desk whose code is an id of the drawing finds its place by itself."""
    found = {}
    for element in etree.fromstring(text.encode()).iter(f"{{{SVG}}}rect"):
        try:
            box = tuple(float(element.get(name, "0")) for name in ("x", "y", "width", "height"))
        except ValueError:
            continue
        if element.get("id") and box[2] > 0 and box[3] > 0:
            found[str(element.get("id"))] = (box[0], box[1], box[2], box[3])
    return found
