"""Warnings of others: what real feeds bring, attacks, wrong order, what refers to nothing, and the decision of a person."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.alerts.cap import signing
from pendopo.alerts.cap.actions import approve, propose
from pendopo.alerts.cap.message import Area, Message, written
from pendopo.alerts.cap.tests.test_check import SHARED
from pendopo.alerts.hearing import actions, logic, running
from pendopo.alerts.hearing.models import Feed, Heard, Verdict
from pendopo.alerts.hearing.reading import links_in
from pendopo.alerts.models import Alert
from pendopo.regions.models import Region

ZONE = ZoneInfo("Asia/Jakarta")
BMKG = SHARED / "bmkg"
KEY, CERTIFICATE = signing.new_key("bmkg", timezone.now())
STRANGE_KEY, STRANGE_CERTIFICATE = signing.new_key("other", timezone.now())


@pytest.fixture
def feed(regency: Region) -> Feed:
    """BMKG's nowcast."""
    return actions.set_feed(code="bmkg", by=None, name="BMKG", url="https://bmkg.test/rss", attribution="BMKG")


def sent(number: str = "1", kind: str = "Alert", refers: str = "", keys: tuple[str, str] | None = None, **changes: object) -> bytes:
    """A message of BMKG as bytes."""
    now = timezone.now().replace(microsecond=0)
    at = changes.pop("sent", now)
    assert isinstance(at, datetime)
    facts = {
        "identifier": number,
        "sender": "cuaca@bmkg.test",
        "sent": at,
        "status": "Actual",
        "kind": kind,
        "category": "Met",
        "event": "Hujan Lebat dan Petir",
        "urgency": "Expected",
        "severity": "Moderate",
        "certainty": "Likely",
        "headline": "Hujan lebat",
        "description": "Khususnya di SOOKO, Trowulan.",
        "instruction": "",
        "onset": at,
        "expires": at + timedelta(hours=3),
        "sender_name": "BMKG",
        "areas": (Area("Jawa Timur", ""),),
        "references": (("cuaca@bmkg.test", refers, at - timedelta(minutes=1)),) if refers else (),
    }
    alert = written(Message(**{**facts, **changes}), ZONE)  # type: ignore[arg-type]
    return signing.signed(alert, *(keys or (KEY, CERTIFICATE)))


def test_districts_by_name_in_our_province_only(feed: Feed) -> None:
    ours = actions.take(feed=feed, raw=sent())
    assert ours is not None and ours.verdict == Verdict.WAITING
    assert set(ours.regions.values_list("name", flat=True)) == {"Sooko", "Trowulan"}
    elsewhere = actions.take(feed=feed, raw=sent("2", areas=(Area("Jawa Barat", ""),)))
    assert elsewhere is not None and elsewhere.verdict == Verdict.ELSEWHERE


def test_districts_by_polygon_and_a_name_far_away_is_another_place(feed: Feed) -> None:
    sooko = Region.objects.get(pk="35.16.13")
    x, y = float(sooko.longitude or 0), float(sooko.latitude or 0)
    square = tuple((x + dx, y + dy) for dx, dy in ((-0.02, -0.02), (0.02, -0.02), (0.02, 0.02), (-0.02, 0.02), (-0.02, -0.02)))
    heard = actions.take(feed=feed, raw=sent(areas=(Area("Jawa Timur", "", (square,)),), description="di Sooko dan Pacet"))
    assert heard is not None
    names = set(heard.regions.values_list("name", flat=True))
    assert "Sooko" in names and "Pacet" not in names
    far = tuple((lon - 0.9, lat) for lon, lat in square)
    ponorogo = actions.take(feed=feed, raw=sent("2", areas=(Area("Jawa Timur", "", (far,)),), description="di Sooko"))
    assert ponorogo is not None and ponorogo.verdict == Verdict.ELSEWHERE


def test_by_code_and_for_the_whole_province(feed: Feed) -> None:
    one = actions.take(feed=feed, raw=sent(areas=(Area("Sooko", "35.16.13"),), description=""))
    whole = actions.take(feed=feed, raw=sent("2", areas=(Area("Jawa Timur", "35"),), description=""))
    assert one is not None and [region.pk for region in one.regions.all()] == ["35.16.13"]
    assert whole is not None and whole.regions.count() == 18


def test_the_same_again_is_nothing_and_the_same_number_with_other_words_is_refused(feed: Feed) -> None:
    at = timezone.now().replace(microsecond=0)
    raw = sent(sent=at)
    assert actions.take(feed=feed, raw=raw) is not None and actions.take(feed=feed, raw=raw) is None
    changed = actions.take(feed=feed, raw=sent(sent=at, headline="Semua aman"))
    assert changed is not None and (changed.verdict, changed.code) == (Verdict.REFUSED, "CHANGED")
    assert Heard.objects.count() == 2


ENTITIES = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">&x;</alert>'


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda raw: ENTITIES, "UNSAFE_XML"),
        (lambda raw: raw + b" " * (10 * 1024 * 1024), "TOO_LARGE"),
        (lambda raw: raw.replace(b"+07:00</sent>", b"Z</sent>"), "INVALID_DATE"),
        (
            lambda raw: raw.replace(b"<status>Actual</status>", b"").replace(b"<scope>", b"<status>Actual</status><scope>"),
            "INVALID_SEQUENCE",
        ),
        (lambda raw: b"not xml", "NOT_XML"),
    ],
)
def test_what_is_no_valid_warning_is_refused_and_kept(feed: Feed, change: object, code: str) -> None:
    heard = actions.take(feed=feed, raw=change(sent()))  # type: ignore[operator]
    assert heard is not None and heard.verdict == Verdict.REFUSED and heard.code == code and heard.reason
    assert len(heard.raw) < 6 * 1024 * 1024 and not Alert.objects.exists()


def test_a_polygon_that_crosses_itself_is_refused(feed: Feed) -> None:
    bow = ((112.4, -7.5), (112.5, -7.4), (112.5, -7.5), (112.4, -7.4), (112.4, -7.5))
    heard = actions.take(feed=feed, raw=sent(areas=(Area("Sooko", "", (bow,)),)))
    assert heard is not None and heard.code == "INVALID_POLYGON_SELF_INTERSECTION"


@pytest.mark.parametrize(
    ("age", "code"), [(timedelta(hours=-1), "FUTURE"), (timedelta(hours=5), "EXPIRED"), (timedelta(days=8), "TOO_OLD")]
)
def test_freshness(feed: Feed, age: timedelta, code: str) -> None:
    heard = actions.take(feed=feed, raw=sent(sent=timezone.now().replace(microsecond=0) - age))
    assert heard is not None and heard.code == code


def test_signatures(feed: Feed) -> None:
    feed.certificates, feed.must_be_signed = CERTIFICATE, True
    right = actions.take(feed=feed, raw=sent())
    strange = actions.take(feed=feed, raw=sent("2", keys=(STRANGE_KEY, STRANGE_CERTIFICATE)))
    forged = actions.take(feed=feed, raw=sent("3").replace(b"SOOKO", b"PACET"))
    assert right is not None and right.signature == "right" and right.verdict == Verdict.WAITING
    assert strange is not None and strange.code == "SIGNATURE" and forged is not None and forged.code == "SIGNATURE"


def test_an_update_of_the_unknown_is_refused_and_a_known_chain_rings_once_and_ends(feed: Feed) -> None:
    lost = actions.take(feed=feed, raw=sent("9", kind="Update", refers="nowhere"))
    assert lost is not None and lost.code == "UNKNOWN_REFERENCE"
    first = actions.take(feed=feed, raw=sent("1"))
    second = actions.take(feed=feed, raw=sent("2", kind="Update", refers="1", severity="Severe"))
    assert first is not None and second is not None
    first.refresh_from_db()
    assert first.verdict == Verdict.ENDED and second.verdict == Verdict.WAITING and Alert.objects.count() == 1
    end = actions.take(feed=feed, raw=sent("3", kind="Cancel", refers="2"))
    second.refresh_from_db()
    assert end is not None and second.verdict == Verdict.ENDED and Alert.objects.get().ended is not None


def test_a_person_passes_it_on_with_its_source_or_puts_it_aside(feed: Feed, sari: Person) -> None:
    heard = actions.take(feed=feed, raw=sent())
    assert heard is not None
    client = signed_in(sari)
    assert "Hujan lebat" in client.get("/warnings/heard").content.decode()
    place = client.post(f"/warnings/heard/{heard.pk}/do", {"do": "pass"})["Location"]
    page = client.get(place).content.decode()
    assert "BMKG" in page and "Minta persetujuan" in page
    assert actions.pass_on(heard=heard, by=sari).get_absolute_url() == place
    other = actions.take(feed=feed, raw=sent("2"))
    assert other is not None
    with pytest.raises(Refused):
        actions.put_aside(heard=other, why=" ", by=sari)
    assert actions.put_aside(heard=other, why="Sudah reda", by=sari).verdict == Verdict.ASIDE


def test_a_feed_is_followed_on_its_own_host_and_complains_once(feed: Feed) -> None:
    rss = (
        b"<rss><channel><item><link>https://bmkg.test/a.xml</link></item><item><link>https://evil.test/b.xml</link></item></channel></rss>"
    )
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, content=rss if request.url.path == "/rss" else sent())

    asker = running.Asker(httpx.Client(transport=httpx.MockTransport(answer)))
    assert running.look_at_due(asker) == 1 and running.look_at_due(asker) == 0
    assert asked == ["https://bmkg.test/rss", "https://bmkg.test/a.xml"]
    down = running.Asker(httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(503))))
    later = timezone.now() + timedelta(minutes=5)
    running.look_at_due(down, later)
    feed.refresh_from_db()
    assert "503" in feed.trouble and not actions.note_look(feed=feed, trouble="again", now=later)
    assert actions.note_look(feed=feed, trouble="", now=later)


def test_an_address_may_lead_on_but_not_to_another_host() -> None:
    ways = {"/old": "/new", "/away": "https://inside.test/secret", "/round": "/round"}

    def answer(request: httpx.Request) -> httpx.Response:
        onward = ways.get(request.url.path)
        return httpx.Response(302, headers={"Location": onward}) if onward else httpx.Response(200, content=b"here")

    asker = running.Asker(httpx.Client(transport=httpx.MockTransport(answer)))
    assert asker.get("https://bmkg.test/old") == b"here"
    for address in ("https://bmkg.test/away", "https://bmkg.test/round"):
        with pytest.raises(httpx.HTTPError):
            asker.get(address)


def test_a_host_is_asked_fifty_times_a_minute_at_most() -> None:
    asker = running.Asker(httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200))))
    for _turn in range(running.PER_MINUTE):
        asker.get("https://bmkg.test/x")
    with pytest.raises(running.Busy):
        asker.get("https://bmkg.test/x")
    assert asker.get("https://other.test/x") == b""
    assert logic.pace([0.0, 1.0], 2.0, 2) == 58.0 and logic.pace([0.0, 1.0], 60.5, 2) == 0.0


def test_a_feed_is_asked_more_often_while_the_posture_is_grave(feed: Feed) -> None:
    asker = running.Asker(httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=b"<rss/>"))))
    now = timezone.now()
    for cadence, seconds in ((1.0, 120), (0.5, 60), (0.25, 30), (0.1, 30)):
        Feed.objects.update(every_s=120, looked=now)
        for waited, asked in ((seconds - 1, False), (seconds, True)):
            running.look_at_due(asker, now + timedelta(seconds=waited), cadence)
            assert (Feed.objects.get().looked != now) is asked, (cadence, waited)


def test_quakes_wait_where_they_may_have_been_felt(feed: Feed) -> None:
    now = timezone.now().replace(microsecond=0)
    near = {"Coordinates": "-7.9,112.6", "DateTime": now.isoformat(), "Magnitude": "5.1", "Kedalaman": "10 km", "Wilayah": "Malang"}
    far = {**near, "Coordinates": "5.0,97.0", "Magnitude": "5.0"}
    body = f'{{"Infogempa":{{"gempa":[{near},{far},{{"Magnitude":"x"}}]}}}}'.replace("'", '"').encode()
    taken = actions.take_quakes(feed=feed, raw=body)
    assert [one.verdict for one in taken] == [Verdict.WAITING, Verdict.ELSEWHERE]
    assert actions.take_quakes(feed=feed, raw=body) == [] and Alert.objects.get().severity == "Moderate"
    assert logic.quakes({"Infogempa": {"gempa": near}})[0].magnitude == 5.1 and logic.quakes([1]) == []


@pytest.mark.skipif(not BMKG.exists(), reason="the recorded answers of BMKG are not on this machine")
def test_recorded_answers_of_bmkg(feed: Feed) -> None:
    links = links_in((BMKG / "rss_active.xml").read_bytes(), "https://www.bmkg.go.id/alerts/nowcast/id")
    assert links and all(link.endswith("_alert.xml") for link in links)
    for path in sorted(BMKG.glob("*cap*.xml")):
        heard = actions.take(feed=feed, raw=path.read_bytes(), now=None)
        assert heard is not None and heard.code in {"EXPIRED", "TOO_OLD"} and heard.headline, path
    for name in ("autogempa.json", "gempaterkini.json", "gempadirasakan.json"):
        assert logic.quakes(json.loads((BMKG / name).read_text())), name


def test_a_warning_that_was_passed_on_names_its_source_wherever_it_is_shown(feed: Feed, sari: Person, rani: Person) -> None:
    heard = actions.take(feed=feed, raw=sent())
    assert heard is not None
    made = approve(warning=propose(warning=actions.pass_on(heard=heard, by=sari), by=sari), by=rani)
    assert "BMKG" in made.attribution
    place, anybody = made.regions.first(), Client()
    assert place is not None
    rights = f"rights>{made.attribution}</"
    for path in ("/cap/feed.xml", f"/w/{place.pk}/warnings.xml"):
        assert rights in anybody.get(path).content.decode(), path
    for path in ("/", f"/w/{place.pk}"):
        assert f"Sumber: {made.attribution}" in anybody.get(path).content.decode(), path
    assert made.attribution in anybody.get(made.get_public_url()).content.decode()
    assert f"<source>{made.attribution}</source>" in anybody.get(made.get_xml_url()).content.decode()
