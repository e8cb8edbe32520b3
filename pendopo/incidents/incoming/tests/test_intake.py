"""Intake: written down in one go, the same report once, pictures without metadata, phones offline, gateways, and what becomes of it."""

import io
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.incidents.callout.tokens import reply_key
from pendopo.incidents.cases.actions import open_incident
from pendopo.incidents.field.reading import sheet_of
from pendopo.incidents.incoming import actions
from pendopo.incidents.incoming.actions import Said
from pendopo.incidents.incoming.actions.pictures import NoPicture, cleaned
from pendopo.incidents.incoming.models import Landmark, Photo, Record
from pendopo.regions.models import Region

VILLAGE = "35.16.13.2004"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Pictures go to a folder of the test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


def picture(colour: str = "red", size: tuple[int, int] = (1800, 900)) -> bytes:
    """A JPEG as a phone makes it: with place, device and a turn written beside it."""
    image, out = Image.new("RGB", size, colour), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Kamera Rahasia", 6
    exif.get_ifd(0x8825)[1] = "S"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_picture_loses_what_the_camera_wrote_and_stands_upright() -> None:
    raw = picture()
    kept = cleaned(raw)
    with Image.open(io.BytesIO(kept.body)) as found:
        assert found.size == (800, 1600) and not found.getexif() and "exif" not in found.info
    assert b"Rahasia" in raw and b"Rahasia" not in kept.body
    for wrong in (b"", b"<svg/>", b"GIF89a" + b"0" * 50):
        with pytest.raises(NoPicture):
            cleaned(wrong)


def test_what_where_enter_is_enough(regency: Region, sari: Person) -> None:
    client = signed_in(sari)
    form = client.get("/intake/new").content.decode()
    assert "autofocus" in form and "Sooko" in form
    name = Region.objects.get(pk=VILLAGE).name
    page = client.post("/intake/new", {"text": "Air masuk rumah", "place": f"{name} ({VILLAGE})", "way": "call"}, follow=True)
    made = Record.objects.get()
    assert made.region_id == VILLAGE and made.by == sari and "Air masuk rumah" in page.content.decode()
    assert "Air masuk rumah" in client.get("/intake").content.decode()


def test_a_name_that_exists_several_times_is_kept_and_offered(regency: Region, sari: Person) -> None:
    twins = list(Region.objects.filter(level="village").order_by("pk")[5:200:80])
    Region.objects.filter(pk__in=[one.pk for one in twins]).update(name="Sumberagung Kembar")
    made, _new = actions.take(said=Said("Longsor", place="Sumberagung Kembar"), by=sari)
    assert made.region is None and made.place == "Sumberagung Kembar"
    page = signed_in(sari).get(made.get_absolute_url()).content.decode()
    assert all(one.pk in page for one in twins) and len(twins) == 3
    assert "“Sumberagung Kembar”</span>" in page, "what was said about where stands there as long as it is not clear"
    signed_in(sari).post(f"{made.get_absolute_url()}/do", {"do": "place", "region": twins[1].pk})
    made.refresh_from_db()
    assert made.region_id == twins[1].pk and made.place == "Sumberagung Kembar"


def test_an_unknown_place_is_chosen_by_name(regency: Region, sari: Person) -> None:
    made, _new = actions.take(said=Said("Longsor", place="di bulan"), by=sari)
    name = Region.objects.get(pk=VILLAGE).name
    page = signed_in(sari).get(made.get_absolute_url()).content.decode()
    assert f'<option value="{name} ({VILLAGE})">' in page
    signed_in(sari).post(f"{made.get_absolute_url()}/do", {"do": "place", "region": "di bulan"})
    made.refresh_from_db()
    assert made.region is None
    signed_in(sari).post(f"{made.get_absolute_url()}/do", {"do": "place", "region": f"{name} ({VILLAGE})"})
    made.refresh_from_db()
    assert made.region_id == VILLAGE


def test_by_landmark_and_by_position(regency: Region, sari: Person) -> None:
    assert actions.take(said=Said("x", latitude=Decimal("-7.5048"), longitude=Decimal("112.4131")), by=sari)[0].region_id == "35.16.13"
    Region.objects.filter(pk=VILLAGE).update(latitude=Decimal("-7.5"), longitude=Decimal("112.41"))
    village = Region.objects.get(pk=VILLAGE)
    Landmark.objects.create(name="Pasar Kliwon", region=village, latitude=village.latitude, longitude=village.longitude)
    by_name, _new = actions.take(said=Said("x", place="depan pasar kliwon"), by=sari)
    assert by_name.region == village and by_name.latitude is not None
    assert village.latitude is not None and village.longitude is not None
    by_point, _new = actions.take(said=Said("x", latitude=village.latitude, longitude=village.longitude), by=sari)
    assert by_point.region == village
    far, _new = actions.take(said=Said("x", latitude=Decimal("5"), longitude=Decimal("97")), by=sari)
    assert far.region is None and far.latitude == 5


def send(client: Client, key: str, text: str = "Jembatan putus", photos: tuple[bytes, ...] = (), **more: object) -> Any:
    files = [io.BytesIO(raw) for raw in photos]
    for number, file in enumerate(files):
        file.name = f"{number}.jpg"
    return client.post("/field/reports", {"key": key, "text": text, "photo": files, **more})


def test_a_phone_sends_everything_once_and_its_clock_is_put_right(regency: Region, camat: Person) -> None:
    client, key, now = signed_in(camat), str(uuid4()), timezone.now()
    clock = now - timedelta(days=1)
    said = {"said": (clock - timedelta(minutes=40)).astimezone(UTC).isoformat(), "sent": clock.astimezone(UTC).isoformat()}
    first = send(client, key, photos=(picture(), picture("blue"), picture()), **said)
    again = send(client, key, photos=(picture(), picture("green")), **said)
    assert (first.status_code, again.status_code) == (201, 200) and first.json()["record"] == again.json()["record"]
    made = Record.objects.get()
    assert abs(made.at - (now - timedelta(minutes=40))) < timedelta(seconds=30) and abs(made.off_s - 86_400) < 30
    assert made.photos.count() == 3 and made.caller == "Pak Camat"
    other = send(client, str(uuid4()), "Jembatan yang sama", photos=(picture(),))
    assert other.status_code == 201 and Photo.objects.count() == 4 and len(set(Photo.objects.values_list("file", flat=True))) == 3
    shown = client.get(f"/intake/photos/{made.photos.all()[0].pk}")
    assert shown["Content-Type"] == "image/jpeg" and b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    shown.close()


def test_a_report_of_a_phone_that_cannot_be_taken_says_why(regency: Region, camat: Person, sari: Person) -> None:
    client, key = signed_in(camat), str(uuid4())
    for answer in (send(client, "no-number"), send(client, key, ""), send(client, key, photos=(b"x",))):
        assert answer.status_code == 422 and answer.json()["detail"] and answer["Content-Type"] == "application/problem+json"
    assert not Record.objects.exists()
    assert send(client, key).status_code == 201 and send(signed_in(sari), key).status_code == 422


def test_the_field_page_and_its_worker(regency: Region, camat: Person, client: Client) -> None:
    page = signed_in(camat).get("/field").content.decode()
    assert "pd-field" in page and "Apa yang Anda lihat?" in page
    script = client.get("/field/worker.js")
    assert script["Content-Type"].startswith("text/javascript") and '"/field"' in script.content.decode()


def test_the_same_told_twice_is_offered_and_joined(regency: Region, sari: Person) -> None:
    place = f"x ({VILLAGE})"
    first, _new = actions.take(said=Said("Air masuk rumah dekat pasar setinggi lutut", place=place), by=sari)
    second, _new = actions.take(said=Said("rumah dekat pasar, airnya setinggi lutut", place=place), by=sari)
    client = signed_in(sari)
    assert "Mungkin sama dengan" in client.get(second.get_absolute_url()).content.decode()
    client.post(f"{second.get_absolute_url()}/do", {"do": "same", "as": first.pk})
    second.refresh_from_db()
    assert second.same_as == first
    with pytest.raises(Refused):
        actions.same(record=first, as_what=second, by=sari)


def test_it_becomes_an_incident_with_the_time_at_which_it_was_said_or_a_request(regency: Region, sari: Person) -> None:
    record, _new = actions.take(said=Said("Tanggul jebol", place=f"x ({VILLAGE})"), by=sari)
    Record.objects.filter(pk=record.pk).update(at=timezone.now() - timedelta(minutes=9))
    record.refresh_from_db()
    done = actions.to_incident(record=record, incident=None, by=sari)
    assert done.incident is not None and done.incident.region_id == VILLAGE and done.incident.detected == record.at
    assert done.incident.entries.filter(at=record.at, link=record.get_absolute_url()).exists()
    asked, _new = actions.take(said=Said("Butuh perahu", place=f"x ({VILLAGE})", caller="Kades"), by=sari)
    actions.to_request(record=asked, incident=done.incident, by=sari)
    assert [need.what for need in sheet_of(done.incident).needs] == ["Butuh perahu"]
    other, _new = actions.take(said=Said("Butuh selimut"), by=sari)
    post = sari.holdings.get().post
    wish = {"do": "request", "incident": done.incident.pk, "owner": post.pk, "due": "2031-01-02T10:00"}
    assert "owner" in signed_in(sari).get(other.get_absolute_url()).content.decode()
    signed_in(sari).post(f"{other.get_absolute_url()}/do", wish)
    other.refresh_from_db()
    assert other.need is not None and other.need.owner == post and other.need.due is not None and other.need.due.year == 2031
    with pytest.raises(Refused):
        actions.close(record=asked, why="x", by=sari)
    drill, _new = actions.take(said=Said("Uji", exercise=True), by=sari)
    with pytest.raises(Refused):
        actions.to_incident(record=drill, incident=open_incident(title="Nyata", by=sari), by=sari)
    with pytest.raises(Refused):
        actions.close(record=drill, why=" ", by=sari)


def test_who_sees_what(regency: Region, sari: Person, camat: Person, tamu: Any) -> None:
    inside, _new = actions.take(said=Said("dalam", place=f"x ({VILLAGE})", number="+6281234567"), by=sari)
    outside, _new = actions.take(said=Said("luar", place="Pacet (35.16.03)"), by=sari)
    assert [one.pk for one in Record.objects.visible_to(camat)] == [inside.pk] and Record.objects.visible_to(sari).count() == 2
    assert inside.masked == "•••567" and not Record.objects.visible_to(tamu).exists() and outside.region_id == "35.16.03"


def test_a_gateway_brings_messages_once(client: Client, regency: Region) -> None:
    url, key = "/intake/messages/whatsapp", {"HTTP_AUTHORIZATION": f"Bearer {reply_key('whatsapp')}"}
    body = {"from": "+628123456789", "text": "Pohon tumbang di jalan raya", "id": "wamid.1"}
    first = client.post(url, body, content_type="application/json", **key)
    again = client.post(url, body, content_type="application/json", **key)
    assert first.json()["taken"] == "report" and first.json()["new"] and not again.json()["new"] and "112" in first.json()["reply"]
    made = Record.objects.get()
    assert made.way == "message" and made.number == "+628123456789"
    assert client.post(url, body, content_type="application/json").status_code == 403
    assert client.post(url, {"from": "", "text": "x"}, content_type="application/json", **key).status_code == 422
    update = {"update_id": 7, "message": {"message_id": 3, "chat": {"id": 4711}, "text": "Banjir di Sambiroto"}}
    telegram = client.post(
        "/intake/messages/telegram", update, content_type="application/json", HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN=reply_key("telegram")
    )
    assert telegram.json()["taken"] == "report"


def test_a_picture_with_words_and_a_shared_position_of_telegram_are_reports(client: Client, regency: Region) -> None:
    where = {"latitude": -7.5048, "longitude": 112.4131}
    messages: list[dict[str, Any]] = [{"photo": [{"file_id": "x"}], "caption": "Tanggul jebol"}, {"location": where}, {"photo": [{}]}]
    for number, message in enumerate(messages, 10):
        update = {"update_id": number, "message": {"message_id": number, "chat": {"id": 4711}, **message}}
        told = client.post(
            "/intake/messages/telegram", update, content_type="application/json", HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN=reply_key("telegram")
        )
        assert told.status_code == 200 and told.json()["new"]
    picture, position, bare = Record.objects.order_by("pk")
    assert picture.text == "Tanggul jebol" and picture.latitude is None and bare.text == "Foto di Telegram"
    assert position.text == "Lokasi di Telegram" and position.region_id == "35.16.13" and position.latitude == Decimal("-7.5048")
    twilio = {"From": "+628123456789", "Body": "", "Latitude": "-7.5048", "Longitude": "112.4131", "MessageSid": "SM1"}
    assert client.post("/intake/messages/whatsapp", twilio, HTTP_AUTHORIZATION=f"Bearer {reply_key('whatsapp')}").json()["new"]
    assert Record.objects.filter(region="35.16.13").count() == 2


def test_landmarks_of_one_name_are_told_apart_on_their_pages(regency: Region, sari: Person, camat: Person) -> None:
    client = signed_in(sari)
    for village in ("35.16.13.2004", "35.16.14.2001", "35.16.03.2001"):
        assert client.post("/field/landmarks/new", {"name": "Pasar Legi", "region": village}).status_code == 302
    assert client.post("/field/landmarks/new", {"name": "pasar legi", "region": "35.16.03.2001"}).status_code == 302
    assert Landmark.objects.count() == 3, "the same name in the same village is the same landmark"
    page = client.get("/field/landmarks").content.decode()
    assert page.count("2 tempat lain") == 3 and "Gedeg" in page
    found = Landmark.objects.get(region="35.16.03.2001")
    assert Landmark.objects.get(region="35.16.13.2004").label in client.get(found.get_absolute_url()).content.decode()
    written = client.get("/intake/new").content.decode()
    assert f'value="{found.label}"' in written and 'value="Pasar Legi"' not in written
    given = {"name": "Pasar Legi", "region": "35.16.13.2004"}
    assert "sudah terdaftar" in client.post(found.get_absolute_url(), given).content.decode()
    assert signed_in(camat).get(found.get_absolute_url()).status_code == 403


def test_a_landmark_stands_where_people_say_and_not_in_the_sea(regency: Region, sari: Person) -> None:
    client, given = signed_in(sari), {"name": "Jembatan Brangkal", "region": "35.16.13.2004"}
    assert client.post("/field/landmarks/new", {**given, "latitude": "-7.5"}).status_code == 200
    assert (
        "jauh dari semua desa" in client.post("/field/landmarks/new", {**given, "latitude": "-5.1", "longitude": "112.4"}).content.decode()
    )
    assert client.post("/field/landmarks/new", {**given, "latitude": "-7.504811", "longitude": "112.413157"}).status_code == 302
    page = client.get("/field/landmarks?text=brangkal").content.decode()
    assert "-7,50481" in page or "-7.50481" in page
