"""Recorded → playable → deleted after its days, from files as the media server writes them."""

import json
import shutil
import socket
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.meetings import actions
from pendopo.meetings.media import actions as media
from pendopo.meetings.media.converting import RECORDINGS, folder_of, look
from pendopo.meetings.media.models import Recording, RecordingState
from pendopo.meetings.media.nodes import room_of
from pendopo.meetings.media.tracks import Track, head_of, mix
from pendopo.meetings.models import Meeting

absent = [name for name in ("janus-pp-rec", "ffmpeg", "ffprobe") if not shutil.which(name)]
needs_tools = pytest.mark.skipif(bool(absent), reason=f"{', '.join(absent)} is missing: run `apt-get install janus-tools ffmpeg`.")


def packets(source: str, codec: list[str]) -> list[bytes]:
    """Two seconds of RTP as ffmpeg sends it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024**2)
        port = listener.getsockname()[1]
        program = ["ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", source, *codec, "-t", "2"]
        sending = subprocess.Popen([*program, "-f", "rtp", f"rtp://127.0.0.1:{port}?pkt_size=1200"], stdout=subprocess.DEVNULL)
        listener.settimeout(0.5)
        found: list[bytes] = []
        while sending.poll() is None or not found:
            try:
                found.append(listener.recv(2000))
            except TimeoutError:
                assert sending.poll() in {None, 0}
        return found


def mjr(path: Path, what: str, codec: str, began: datetime, rtp: list[bytes], step_ms: int) -> None:
    """A file as Janus writes it."""
    stamp = int(began.timestamp() * 1e6)
    head = json.dumps({"t": what, "c": codec, "s": stamp, "u": stamp}).encode()
    frames = [b"MEET" + (at * step_ms).to_bytes(4, "big") + len(one).to_bytes(2, "big") + one for at, one in enumerate(rtp)]
    path.write_bytes(b"MJR00002" + len(head).to_bytes(2, "big") + head + b"".join(frames))


def test_a_head_is_read_and_anything_else_is_none() -> None:
    head = json.dumps({"t": "a", "c": "opus", "s": 1, "u": 1_700_000_000_000_000}).encode()
    data = b"MJR00002" + len(head).to_bytes(2, "big") + head
    found = head_of("videoroom-abc-user-p2.efca82-1700000000000000-audio-0.mjr", data)
    assert found and (found.what, found.codec, found.feed) == ("audio", "opus", "p2.efca82")
    assert head_of("notes.txt", data) is None
    for wrong in (b"", b"MJR00002", data[:-3], b"MJR00001" + data[8:], data.replace(b'"u"', b'"x"')):
        assert head_of("videoroom-abc-user-p2.efca82-1700000000000000-audio-0.mjr", wrong) is None


def test_a_film_of_sound_alone_has_no_picture() -> None:
    words = mix([Track("a.webm", "p1", "Rani", "audio", 0.0), Track("b.webm", "p2", "Desa", "audio", 1.5)], "film.webm")
    assert "libvpx" not in words and "adelay=1500:all=1" in words[words.index("-filter_complex") + 1]


@needs_tools
@pytest.mark.django_db
def test_recorded_playable_and_deleted_after_its_days(rani: Person, sari: Person, client: Client, settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path
    settings.RECORDING_DAYS = 30
    meeting = actions.plan(subject="Rapat banjir", start=timezone.now(), by=rani)
    seat = actions.take_seat(meeting=meeting, key="p2", name="Rani", agency="BPBD", part="convener", invited=True, person=rani.pk)
    begun = timezone.now() - timedelta(seconds=20)
    recording = media.begin_recording(meeting=meeting, by=seat)
    assert recording is not None and media.begin_recording(meeting=meeting, by=seat) is None
    Recording.objects.update(begun=begun)
    place = tmp_path / RECORDINGS / room_of(meeting.code)
    place.mkdir(parents=True)
    opus = packets("sine=frequency=440", ["-c:a", "libopus", "-payload_type", "111"])
    vp8 = packets("testsrc=size=320x180:rate=10", ["-c:v", "libvpx", "-deadline", "realtime", "-g", "10", "-payload_type", "96"])
    mjr(place / "videoroom-x-user-p2.abc-1-audio-0.mjr", "a", "opus", begun, opus, 20)
    mjr(place / "videoroom-x-user-p2.abc-1-video-1.mjr", "v", "vp8", begun + timedelta(seconds=1), vp8, 50)
    mjr(place / "videoroom-x-user-p9.old-1-audio-0.mjr", "a", "opus", begun - timedelta(days=1), opus, 20)
    actions.end(meeting=meeting, by=rani)
    assert media.end_recording(meeting=meeting, people=media.names_in(meeting), by=seat)
    Recording.objects.update(ended=timezone.now() - timedelta(seconds=10))

    look(timezone.now())
    recording.refresh_from_db()
    assert recording.state == RecordingState.READY, recording.why
    assert [(one["name"], one["what"], one["offset_s"]) for one in recording.tracks] == [
        ("Rani, BPBD", "audio", 0.0),
        ("Rani, BPBD", "video", 1.0),
    ]
    film = folder_of(recording) / recording.mixed
    told = json.loads(
        subprocess.run(
            ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", film], capture_output=True, check=True
        ).stdout
    )
    assert {one["codec_name"] for one in told["streams"]} == {"opus", "vp8"} and 2 < float(told["format"]["duration"]) < 5
    assert sorted(path.name for path in place.iterdir()) == ["videoroom-x-user-p9.old-1-audio-0.mjr"]

    address = f"{meeting.get_absolute_url()}/recordings"
    page = signed_in(rani).get(address).content.decode()
    assert "film.webm" in page and "Rani, BPBD" in page
    part = signed_in(rani).get(f"{address}/{recording.pk}/film.webm", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206 and part.content == film.read_bytes()[100:200]
    assert signed_in(rani).get(f"{address}/{recording.pk}/film.webm", headers={"Range": "bytes=99999999-"}).status_code == 416
    assert signed_in(rani).get(f"{address}/{recording.pk}/lain.webm").status_code == 404
    assert client.get(address).status_code == 302

    look(timezone.now() + timedelta(days=31))
    recording.refresh_from_db()
    assert recording.state == RecordingState.DELETED and not folder_of(recording).exists()


@pytest.mark.django_db
def test_a_recording_that_nobody_ended_ends_and_one_without_content_says_so(rani: Person, settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path
    meeting: Meeting = actions.plan(subject="Rapat", start=timezone.now(), by=rani)
    seat = actions.take_seat(meeting=meeting, key="p2", name="Rani", agency="", part="convener", invited=True, person=rani.pk)
    recording = media.begin_recording(meeting=meeting, by=seat)
    assert recording is not None
    look(timezone.now() + timedelta(minutes=1))
    recording.refresh_from_db()
    assert recording.state == RecordingState.RUNNING
    look(timezone.now() + timedelta(minutes=3))
    recording.refresh_from_db()
    assert recording.state == RecordingState.FAILED and recording.why == "silent"
    page = signed_in(rani).get(f"{meeting.get_absolute_url()}/recordings").content.decode()
    assert "Tidak ada yang mengirim suara" in page and "Nobody" not in page, "the reason is in the reader's language"


@pytest.mark.django_db
def test_the_link_stands_for_whoever_may_open_the_page(rani: Person, sari: Person, budi: Person) -> None:
    meeting: Meeting = actions.plan(subject="Rapat", start=timezone.now(), by=sari, people=[budi])
    bupati = person_in_post("bupati@mojokerto.test", "Bupati", "viewer")
    for person, opens in ((sari, True), (rani, True), (bupati, False), (budi, False)):
        client, address = signed_in(person), f"{meeting.get_absolute_url()}/recordings"
        assert (client.get(address).status_code == 200) is opens, person
        assert (f'href="{address}"' in client.get(meeting.page).content.decode()) is opens, person


@pytest.mark.django_db
def test_one_that_cannot_be_read_holds_up_nobody_and_nothing_of_it_is_left(rani: Person, settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR, settings.RECORDING_DAYS = tmp_path, 30
    begun = timezone.now() - timedelta(seconds=20)
    made = []
    for subject in ("Pertama", "Kedua"):
        meeting = actions.plan(subject=subject, start=begun, by=rani)
        place = tmp_path / RECORDINGS / room_of(meeting.code)
        place.mkdir(parents=True)
        mjr(place / "videoroom-x-user-p2.abc-1-audio-0.mjr", "a", "opus", begun, [], 20)
        made.append(
            Recording.objects.create(meeting=meeting, begun=begun, ended=begun + timedelta(seconds=5), state=RecordingState.WAITING)
        )
    (folder_of(made[0]).parent).mkdir(parents=True)
    folder_of(made[0]).write_text("a file where the folder should be")
    look(timezone.now())
    assert set(Recording.objects.values_list("state", flat=True)) == {RecordingState.FAILED}
    assert len(list(tmp_path.rglob("*.mjr"))) == 2
    look(timezone.now() + timedelta(days=31))
    assert set(Recording.objects.values_list("state", flat=True)) == {RecordingState.DELETED} and not list(tmp_path.rglob("*.mjr"))
