"""A document that everybody in the room sees: taken in, drawn page by page, turned by whoever shows it or convenes, or refused."""

import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.meetings.actions import plan, take_seat
from pendopo.meetings.media import seats
from pendopo.meetings.media.tickets import Ticket, issue
from pendopo.meetings.models import Meeting, Part

from .coloured import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(rani: Person) -> Iterator[Meeting]:
    """A meeting in which a convener, a speaker and a listener sit."""
    made = plan(subject="Rapat", start=timezone.now(), by=rani)
    for part in Part.values:
        take_seat(meeting=made, key=f"g{part}", name=part, agency="", part=part, invited=True)
    yield made


def ticket(meeting: Meeting, part: str) -> Ticket:
    return Ticket(meeting.code, f"g{part}", part, "", part, True)


def sends(client: Client, meeting: Meeting, part: str, body: bytes, name: str = "surat.pdf") -> tuple[int, str]:
    """Shows a file to everybody; status and what was answered."""
    form = {"ticket": issue(ticket(meeting, part)), "show": "yes", "file": SimpleUploadedFile(name, body)}
    answer = client.post(f"{meeting.get_absolute_url()}/files", form)
    return answer.status_code, answer.content.decode()


def test_a_document_is_shown_page_by_page(client: Client, meeting: Meeting) -> None:
    assert sends(client, meeting, "speaker", pdf("red", "blue"))[0] == 201
    shown = seats.snapshot(meeting.code)["document"]
    assert (shown["seat"], shown["title"], shown["pages"], shown["page"]) == ("gspeaker", "surat.pdf", 2, 1)
    for number, colour in ((1, (255, 0, 0)), (2, (0, 0, 255))):
        for _again in range(2):
            answer = client.get(f"{shown['document']}/{number}")
            picture = Image.open(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
            found = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
            assert answer["Content-Type"] == "image/webp" and all(abs(a - b) < 12 for a, b in zip(found, colour, strict=True))  # type: ignore[arg-type]
    assert client.get(f"{shown['document']}/3").status_code == 404
    assert client.get(f"/meetings/lain/documents/{shown['document'].rpartition('/')[2]}/1").status_code == 404


def test_whoever_shows_it_turns_it_and_a_convener(client: Client, meeting: Meeting) -> None:
    sends(client, meeting, "speaker", pdf("red", "blue"))
    assert seats.turn_page(ticket(meeting, "speaker"), 2)["page"] == 2 and seats.snapshot(meeting.code)["document"]["page"] == 2
    for wrong in (-1, 3):
        with pytest.raises(Refused):
            seats.turn_page(ticket(meeting, "speaker"), wrong)
    assert sends(client, meeting, "convener", pdf("green"))[0] == 201
    with pytest.raises(Refused):
        seats.turn_page(ticket(meeting, "speaker"), 1)
    assert seats.turn_page(ticket(meeting, "convener"), 0) and seats.snapshot(meeting.code)["document"] is None
    with pytest.raises(Refused):
        seats.turn_page(ticket(meeting, "convener"), 1)


@pytest.mark.parametrize(("part", "body"), [("listener", b"%PDF-"), ("speaker", b"%PDF-1.7 nonsense"), ("speaker", b"MZ not a document")])
def test_what_cannot_be_shown_is_refused_with_a_sentence(client: Client, meeting: Meeting, part: str, body: bytes) -> None:
    status, said = sends(client, meeting, part, body)
    assert status == 422 and "." in said and seats.snapshot(meeting.code)["document"] is None


def test_a_picture_is_a_document_of_one_page(client: Client, meeting: Meeting) -> None:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(made, "PNG")
    assert sends(client, meeting, "speaker", made.getvalue(), "foto.png")[0] == 201
    assert seats.snapshot(meeting.code)["document"]["pages"] == 1
