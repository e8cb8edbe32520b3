"""CAP 1.2 alerts, right and wrong: each rule by its name, real warnings, attacks, and the official schema as the judge of the shape."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pendopo.alerts.cap.logic import Node, Problem, shape_problems
from pendopo.alerts.cap.prose import problems
from pendopo.alerts.cap.reading import LARGEST_BYTES, read

SHARED = Path(__file__).resolve().parents[5] / "shared/data"
SCHEMA = SHARED / "cap/cap12.xsd"
REAL = sorted((SHARED / "bmkg").glob("*cap*.xml"))

ALERT = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>mojokerto-2026-001</identifier>
  <sender>bpbd@mojokertokab.test</sender>
  <sent>2026-11-24T19:00:00+07:00</sent>
  <status>Exercise</status>
  <msgType>Update</msgType>
  <scope>Public</scope>
  <code>latihan</code>
  <note>Latihan</note>
  <references>bpbd@mojokertokab.test,mojokerto-2026-000,2026-11-24T18:00:00+07:00</references>
  <info>
    <language>id</language>
    <category>Met</category>
    <category>Safety</category>
    <event>Banjir</event>
    <responseType>Evacuate</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <eventCode><valueName>OET</valueName><value>OET-099</value></eventCode>
    <effective>2026-11-24T19:00:00+07:00</effective>
    <onset>2026-11-24T19:30:00+07:00</onset>
    <expires>2026-11-24T23:00:00+07:00</expires>
    <headline>Banjir di Sooko</headline>
    <web>https://mojokertokab.test/banjir</web>
    <parameter><valueName>siaga</valueName><value>1</value></parameter>
    <resource>
      <resourceDesc>Peta</resourceDesc><mimeType>image/png</mimeType><size>1200</size><uri>https://mojokertokab.test/peta.png</uri>
    </resource>
    <area>
      <areaDesc>Kecamatan Sooko</areaDesc>
      <polygon>-7.5,112.4 -7.5,112.5 -7.4,112.5 -7.5,112.4</polygon>
      <circle>-7.45,112.45 3.5</circle>
      <geocode><valueName>kemendagri</valueName><value>35.16.12</value></geocode>
      <altitude>100</altitude>
      <ceiling>200</ceiling>
    </area>
  </info>
</alert>
"""


def checked(text: str) -> list[Problem]:
    """What is wrong with the file."""
    found = read(text.encode())
    return [found] if isinstance(found, Problem) else problems(found)


def test_a_full_alert_is_valid() -> None:
    assert checked(ALERT) == []


SIGNED = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>'
WRONG: list[tuple[str, str, str, str]] = [
    # what stands there, what stands there instead, the problem's name, where
    ("<event>Banjir</event>", "", "MISSING_REQUIRED_ELEMENT", "alert/info[1]/event"),
    ("<event>Banjir</event>", "<event> </event>", "MISSING_REQUIRED_ELEMENT", "alert/info[1]/event"),
    ("<areaDesc>Kecamatan Sooko</areaDesc>", "<areaDesc/>", "MISSING_REQUIRED_ELEMENT", "alert/info[1]/area[1]/areaDesc"),
    ("<scope>Public</scope>", "<scope>public</scope>", "INVALID_ENUM_VALUE", "alert/scope"),
    ("<severity>Severe</severity>", "<severity>Severe </severity>", "INVALID_ENUM_VALUE", "alert/info[1]/severity"),
    ("<event>Banjir</event>", "<event>Banjir</event><event>Longsor</event>", "DUPLICATE_ELEMENT", "alert/info[1]/event"),
    ("<note>Latihan</note>", "<note>Latihan</note><code>x</code>", "INVALID_SEQUENCE", "alert/code[2]"),
    ("<note>Latihan</note>", "<catatan>x</catatan>", "UNKNOWN_ELEMENT", "alert/catatan"),
    ("<note>Latihan</note>", "<note><b>x</b></note>", "UNKNOWN_ELEMENT", "alert/note/b"),
    ("<note>Latihan</note>", '<note lang="id">x</note>', "UNKNOWN_ATTRIBUTE", "alert/note"),
    ("<note>Latihan</note>", "<note>Latihan</note>kata", "INVALID_CHARACTERS", "alert"),
    ("<info>", f"{SIGNED}<info>", "INVALID_SEQUENCE", "alert/info[1]"),
    ("2026-11-24T19:00:00+07:00</sent>", "2026-11-24T12:00:00Z</sent>", "INVALID_DATE", "alert/sent"),
    ("2026-11-24T19:00:00+07:00</sent>", "2026-11-24T19:00:00.5+07:00</sent>", "INVALID_DATE", "alert/sent"),
    ("2026-11-24T19:00:00+07:00</sent>", "2026-11-31T19:00:00+07:00</sent>", "INVALID_DATE", "alert/sent"),
    ("<language>id</language>", "<language>bahasa indonesia</language>", "INVALID_LANGUAGE", "alert/info[1]/language"),
    ("<size>1200</size>", "<size>1,2 kB</size>", "INVALID_RESOURCE_SIZE", "alert/info[1]/resource[1]/size"),
    ("<size>1200</size>", "<size>-1</size>", "INVALID_RESOURCE_SIZE", "alert/info[1]/resource[1]/size"),
    ("<altitude>100</altitude>", "<altitude>1e3</altitude>", "INVALID_ALTITUDE_CEILING_RANGE", "alert/info[1]/area[1]/altitude"),
    ("<altitude>100</altitude>", "<altitude>300</altitude>", "INVALID_ALTITUDE_CEILING_RANGE", "alert/info[1]/area[1]/ceiling"),
    ("<altitude>100</altitude>", "", "INVALID_AREA", "alert/info[1]/area[1]/ceiling"),
    ("mojokerto-2026-001<", "mojokerto 001<", "INVALID_IDENTIFIER", "alert/identifier"),
    ("mojokerto-2026-001<", "a,b<", "INVALID_IDENTIFIER", "alert/identifier"),
    ("<sender>bpbd@mojokertokab.test<", "<sender>BPBD &amp; PMI<", "INVALID_SENDER", "alert/sender"),
    ("<scope>Public</scope>", "<scope>Restricted</scope>", "RESTRICTION_SCOPE_MISMATCH", "alert/restriction"),
    ("<scope>Public</scope>", "<scope>Public</scope><restriction>x</restriction>", "RESTRICTION_SCOPE_MISMATCH", "alert/restriction"),
    ("<scope>Public</scope>", "<scope>Private</scope>", "MISSING_REQUIRED_ELEMENT", "alert/addresses"),
    ("mojokerto-2026-000,2026-11-24T18", "mojokerto-2026-000,2026-11-24T20", "POSTDATED_REFERENCE", "alert/references"),
    ("mojokerto-2026-000,", "mojokerto-2026-001,", "CIRCULAR_REFERENCE", "alert/references"),
    ("mojokerto-2026-000,", "", "INVALID_REFERENCES", "alert/references"),
    ("18:00:00+07:00</ref", "18:00:00Z</ref", "INVALID_REFERENCES", "alert/references"),
    ("2026-11-24T23:00:00", "2026-11-24T18:00:00", "EXPIRES_BEFORE_BEGIN", "alert/info[1]/expires"),
    ("https://mojokertokab.test/banjir", "mojokertokab.test/banjir", "INVALID_URI", "alert/info[1]/web"),
    ("https://mojokertokab.test/peta.png", "peta.png", "INVALID_URI", "alert/info[1]/resource[1]/uri"),
    ("<mimeType>image/png<", "<mimeType>png<", "INVALID_MIME_TYPE", "alert/info[1]/resource[1]/mimeType"),
    ("</uri>", "</uri><derefUri>%%%</derefUri>", "INVALID_DEREF_URI", "alert/info[1]/resource[1]/derefUri"),
    ("-7.4,112.5 -7.5,112.4<", "-7.4,112.5<", "INVALID_POLYGON", "alert/info[1]/area[1]/polygon[1]"),
    ("-7.4,112.5 -7.5,112.4<", "-7.4,112.5 -7.5,112.3<", "INVALID_POLYGON", "alert/info[1]/area[1]/polygon[1]"),
    ("-7.4,112.5 -7.5,112.4<", "112.5,-7.4 -7.5,112.4<", "INVALID_POLYGON", "alert/info[1]/area[1]/polygon[1]"),
    (
        "-7.5,112.4 -7.5,112.5 -7.4,112.5 -7.5,112.4",
        "0,0 1,1 0,1 1,0 0,0",
        "INVALID_POLYGON_SELF_INTERSECTION",
        "alert/info[1]/area[1]/polygon[1]",
    ),
    ("-7.45,112.45 3.5", "-7.45,112.45 -1", "INVALID_CIRCLE", "alert/info[1]/area[1]/circle[1]"),
    ("-7.45,112.45 3.5", "-7.45,112.45", "INVALID_CIRCLE", "alert/info[1]/area[1]/circle[1]"),
    ("cap:1.2", "cap:1.1", "NOT_CAP", "alert"),
]


@pytest.mark.parametrize(("old", "new", "code", "element"), WRONG)
def test_each_rule_by_its_name(old: str, new: str, code: str, element: str) -> None:
    assert old in ALERT
    found = checked(ALERT.replace(old, new, 1))
    assert (code, element) in {(problem.code, problem.element) for problem in found}, found
    assert all(problem.message.endswith(".") for problem in found)


@pytest.mark.parametrize("kind", ["Update", "Cancel", "Ack", "Error"])
def test_a_message_about_another_names_it(kind: str) -> None:
    lines = [line for line in ALERT.splitlines() if "<references>" not in line]
    text = "\n".join(lines).replace("<msgType>Update<", f"<msgType>{kind}<")
    assert [problem.code for problem in checked(text)] == ["MISSING_REQUIRED_ELEMENT"]
    assert checked(text.replace(f"<msgType>{kind}<", "<msgType>Alert<")) == []


def test_two_languages_with_the_same_words_were_not_translated() -> None:
    info = ALERT[ALERT.index("  <info>") : ALERT.index("</alert>")]
    other = info.replace("<language>id<", "<language>en<")
    found = checked(ALERT.replace("</alert>", f"{other}</alert>"))
    assert [(problem.code, problem.element) for problem in found] == [("SAME_TEXT_DIFFERENT_LANGUAGE", "alert/info[2]")]
    assert checked(ALERT.replace("</alert>", f"{other.replace('Banjir di Sooko', 'Flood in Sooko')}</alert>")) == []
    assert checked(ALERT.replace("</alert>", f"{info.replace('>id<', '>id-ID<')}</alert>")) == []


def test_attacks_and_what_is_no_xml_at_all() -> None:
    entity = '<!DOCTYPE alert [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    bomb = '<!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    head, body = ALERT.split("\n", 1)
    for kind in (entity, bomb):
        attack = "\n".join([head, kind, body.replace("Latihan", "&a;")])
        assert [problem.code for problem in checked(attack)] == ["UNSAFE_XML"]
    assert [problem.code for problem in checked("")] == ["NOT_XML"]
    assert [problem.code for problem in checked("<alert>")] == ["NOT_XML"]
    assert [problem.code for problem in checked(ALERT.replace("Latihan", "\x00"))] == ["NOT_XML"]
    assert [problem.code for problem in checked("<rss/>")] == ["NOT_CAP"]
    assert [problem.code for problem in checked(ALERT + " " * LARGEST_BYTES)] == ["TOO_LARGE"]


def test_a_signature_stands_at_the_end() -> None:
    assert checked(ALERT.replace("</alert>", f"{SIGNED}</alert>")) == []


@pytest.mark.skipif(not REAL, reason="the recorded warnings are not beside this checkout (../shared/data)")
@pytest.mark.parametrize("file", REAL, ids=lambda file: file.name)
def test_real_warnings_of_bmkg_are_valid(file: Path) -> None:
    found = read(file.read_bytes())
    assert isinstance(found, Node)
    assert problems(found) == []


def drop(element: etree._Element, _chance: random.Random) -> None:
    element.getparent().remove(element)


def repeat(element: etree._Element, _chance: random.Random) -> None:
    element.addnext(etree.fromstring(etree.tostring(element)))


def move(element: etree._Element, chance: random.Random) -> None:
    parent = element.getparent()
    parent.insert(chance.randrange(len(parent)), element)


def write(element: etree._Element, chance: random.Random) -> None:
    if etree.QName(element).localname in ("uri", "web"):  # what an address may look like is in prose.py, stricter than the schema
        return
    element.text = chance.choice(
        ["", " ", "Met", "Alert", "2026-02-30T00:00:00+07:00", "2026-01-01T00:00:00-08:00", "5", "-3.5", "x y", "id-ID"]
    )


def rename(element: etree._Element, chance: random.Random) -> None:
    element.tag = element.tag.rpartition("}")[0] + "}" + chance.choice(["note", "info", "value", "event", "baru"])


def mark(element: etree._Element, _chance: random.Random) -> None:
    element.set("kelas", "x")


CHANGES: list[Callable[[etree._Element, random.Random], None]] = [drop, repeat, move, write, rename, mark]


@pytest.mark.skipif(not SCHEMA.exists(), reason="the official schema is not beside this checkout (../shared/data)")
@given(st.integers(0, 2**32), st.integers(1, 3))
def test_the_shape_is_what_the_official_schema_says(seed: int, times: int) -> None:
    """Any few changes of a valid alert: our table of elements and the schema of OASIS agree on whether it is still valid."""
    chance = random.Random(seed)
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    root = etree.fromstring(ALERT.encode(), etree.XMLParser(remove_blank_text=True))
    for _ in range(times):
        elements = [element for element in root.iter() if element is not root]
        chance.choice(CHANGES)(chance.choice(elements), chance)
    raw = etree.tostring(root)
    node = read(raw)
    assert isinstance(node, Node)
    ours = shape_problems(node)
    theirs = schema.validate(etree.fromstring(raw))
    assert (not ours) == theirs, (raw.decode(), ours, str(schema.error_log))
