"""From bytes to a tree, safely: no entities, no document type, nothing fetched, nothing larger than a warning can be."""

from lxml import etree

from .logic import Node, Problem

LARGEST_BYTES = 5 * 1024 * 1024
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


def read(raw: bytes) -> Node | Problem:
    """The outermost element, or why there is none."""
    if len(raw) > LARGEST_BYTES:
        return Problem(
            "TOO_LARGE", "", f"The file has {len(raw):,} bytes; a warning has at most {LARGEST_BYTES:,}. Link to pictures instead."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, strip_cdata=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        return Problem("NOT_XML", "", f"The file is not XML: {problem}.")
    if root.getroottree().docinfo.doctype:
        return Problem(
            "UNSAFE_XML", "", "The file declares a document type (DOCTYPE), which CAP does not use and which can hide an attack; remove it."
        )
    return _node(root)


def _node(element: etree._Element) -> Node:
    name = etree.QName(element)
    children = list(element)
    between = "".join([element.text or "", *(child.tail or "" for child in children)]).strip() if children else ""
    return Node(
        name=name.localname,
        namespace=name.namespace or "",
        text=element.text or "",
        parts=tuple(_node(child) for child in children),
        attributes=tuple(str(key) for key in element.attrib if not str(key).startswith(f"{{{SCHEMA_INSTANCE}}}")),
        stray=between,
    )
