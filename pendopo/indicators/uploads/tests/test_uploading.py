"""A file in parts, the wizard from proposal to delivery, the template's way back, and the loop that takes long files."""

import io
from collections.abc import Iterator
from datetime import datetime

import openpyxl
import pytest
import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pendopo.agencies.models import Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.indicators import files
from pendopo.indicators.mapping import mapping_from, parse_mapping
from pendopo.indicators.models import Delivery, Source, Upload
from pendopo.indicators.tests.yard import Yard, lay_out, state
from pendopo.indicators.uploads import actions
from pendopo.indicators.uploads.taking import take_next
from pendopo.indicators.uploads.workbook import workbook_of

WIDE = "Tanggal;Kecamatan;Cases;Petugas\n31/12/2025;35.16.01;1;Sari\n01/01/2026;35.16.02;-;Budi\n01/01/2026;35.16.03;x;Budi\n"


@pytest.fixture
def yard(transactional_db: None) -> Iterator[Yard]:
    """A small yard."""
    yield lay_out()


@pytest.fixture
def budi(yard: Yard) -> Client:
    """Steward of the source's agency."""
    return signed_in(person_in_post("budi@psda.test", "Budi", Role.STEWARD, agency=yard.source.agency))


def begin(client: Client, source: Source, size: int, mark: str = "a") -> dict[str, str]:
    """Opens an upload as the browser does."""
    answer = client.post("/upload/begin", {"source": source.pk, "name": "a.csv", "size": size, "mark": mark})
    assert answer.status_code == 200, answer.content
    found: dict[str, str] = answer.json()
    return found


def part(client: Client, to: str, at: int, body: bytes) -> tuple[int, int]:
    """Sends a part; the status and how much is here."""
    answer = client.post(f"{to}?at={at}", body, content_type="application/octet-stream")
    return answer.status_code, answer.json()["received"]


def test_a_file_in_parts_goes_on_after_a_lost_line(yard: Yard, budi: Client) -> None:
    """The same file is found again with what arrived; a part twice or too far ahead is answered with where to go on."""
    body = WIDE.encode()
    begun = begin(budi, yard.source, len(body))
    assert part(budi, begun["to"], 0, body[:20]) == (200, 20)
    again = begin(budi, yard.source, len(body))
    assert (again["key"], again["received"]) == (begun["key"], 20)
    assert part(budi, begun["to"], 0, body[:20]) == (409, 20)
    assert part(budi, begun["to"], 40, body[40:]) == (409, 20)
    assert part(budi, begun["to"], 20, body[20:] + b"more") == (409, 20)
    assert part(budi, begun["to"], 20, body[20:]) == (200, len(body))
    upload = Upload.objects.get()
    assert actions.place_of(upload).read_bytes() == body
    assert upload.digest == files.digest_of_file(actions.place_of(upload))
    assert begin(budi, yard.source, len(body))["key"] != begun["key"]


def test_a_stranger_sends_no_part(yard: Yard, budi: Client) -> None:
    """Another person's upload is not found; a source out of reach is refused; so is a size of nothing."""
    begun = begin(budi, yard.source, 10)
    other = signed_in(person_in_post("citra@psda.test", "Citra", Role.STEWARD, agency=yard.source.agency))
    assert other.post(f"{begun['to']}?at=0", b"x", content_type="application/octet-stream").status_code == 404
    assert budi.post("/upload/begin", {"source": 0, "name": "a", "size": 1}).status_code == 400
    assert budi.post("/upload/begin", {"source": yard.source.pk, "name": "a", "size": actions.LARGEST + 1}).status_code == 400


def wizard(client: Client, source: Source, content: bytes, name: str = "a.csv") -> tuple[str, dict[str, object]]:
    """Sends a file by the plain form; its address and what a browser would send back from the proposal."""
    answer = client.post("/upload", {"source": source.pk, "file": SimpleUploadedFile(name, content)}, follow=True)
    form = answer.context["reading"].form
    values = {} if form is None else {field.name: field.initial for field in form if field.initial not in (None, False)}
    return answer.redirect_chain[-1][0], values


def test_from_proposal_to_delivery_and_remembered(yard: Yard, budi: Client) -> None:
    """Nothing is written before the person says so; then the mapping is remembered, downloadable, and reads the next file at once."""
    address, values = wizard(budi, yard.source, WIDE.encode())
    assert not Upload.objects.get().rows
    assert budi.post(address, {"do": "take"}, follow=True).redirect_chain[-1][0] == address
    values.update(const_region="", decimal=".")
    page = budi.post(address, {"do": "preview", **values})
    assert [count for _word, count, _state in page.context["counts"]] == [1, 0, 0, 2, 0], page.context["reading"].form.errors
    assert not Delivery.objects.exists()
    budi.post(address, {"do": "take"})
    delivery = Delivery.objects.get()
    assert (delivery.accepted, delivery.rejected) == (1, 2)
    assert (settings.FILES_DIR / delivery.file).read_bytes() == WIDE.encode()
    assert not actions.place_of(Upload.objects.get()).exists()
    told = budi.get("/sources/psda/mapping.yaml").content.decode()
    yard.source.refresh_from_db()
    assert parse_mapping(told) == mapping_from(yard.source.mapping)
    _address, _values = wizard(budi, yard.source, WIDE.replace("2025", "2024").encode())
    assert Upload.objects.latest("created").rows == 3


@pytest.mark.parametrize(
    "content",
    [b"kecamatan,2026-01-01,2026-01-02\n35.16.01,1,2\n35.16.02,3,4\n", b"tanggal,35.16.01,35.16.02\n2026-01-01,1,3\n2026-01-02,2,4\n"],
    ids=["days", "regions"],
)
def test_heads_that_are_days_or_regions(yard: Yard, budi: Client, content: bytes) -> None:
    """Both shapes of the same four figures are proposed, asked which indicator they are, and become the same rows."""
    address, values = wizard(budi, yard.source, content)
    assert "across" in budi.get(address).context["reading"].proposal.questions
    budi.post(address, {"do": "preview", **values, "across": "cases"})
    budi.post(address, {"do": "take"})
    delivery = Delivery.objects.get()
    assert (delivery.rows, delivery.accepted) == (4, 4)
    assert [(row[2], row[5]) for row in state() if row[0] == "row"] == [("35.16.01", 1), ("35.16.01", 2), ("35.16.02", 3), ("35.16.02", 4)]


def test_faults_are_told_at_the_form(yard: Yard, budi: Client) -> None:
    """No region, a clock that does not exist, no notation of numbers: sentences, and no preview."""
    address, values = wizard(budi, yard.source, b"tanggal,cases\n2026-01-01,1.234\n")
    assert "decimal" not in values
    page = budi.post(address, {"do": "preview", **values, "zone": "Asia/Mojokerto"})
    assert {"zone", "decimal"} <= set(page.context["reading"].form.errors)
    page = budi.post(address, {"do": "preview", **values, "decimal": ","})
    assert "35.16" in str(page.context["reading"].form.non_field_errors())
    assert "outcome" not in page.context


def test_the_template_uploads_without_a_question(yard: Yard, budi: Client) -> None:
    """Filled in as Excel would, with the drop-down's label for a region: every figure is accepted and empty cells are no rows."""
    answer = budi.get("/sources/psda/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert list(lists) == ["B2:B2000"]
    assert book[lists["B2:B2000"].split("'")[1]]["A2"].value == "35.16.01 Kecamatan 0"
    sheet.cell(2, 1).value, sheet.cell(2, 2).value = datetime(2026, 1, 1, 7), "35.16.01 Kecamatan 0"
    sheet.cell(2, heads.index("level") + 1).value = 1.5
    sheet.cell(3, 1).value, sheet.cell(3, 2).value = datetime(2026, 1, 1), "35.16.02 Kecamatan 1"
    sheet.cell(3, heads.index("cases") + 1).value = 4
    stream = io.BytesIO()
    book.save(stream)
    address, values = wizard(budi, yard.source, stream.getvalue(), "psda.xlsx")
    assert not values
    budi.post(address, {"do": "take"})
    delivery = Delivery.objects.get()
    assert (delivery.rows, delivery.accepted) == (2, 2)
    found = [(row[1], row[2], row[4].isoformat(), row[5]) for row in state() if row[0] == "row"]
    assert found == [("cases", "35.16.02", "2025-12-31T17:00:00+00:00", 4.0), ("level", "35.16.01", "2026-01-01T00:00:00+00:00", 1.5)]
    assert yaml.safe_load(str(openpyxl.load_workbook(io.BytesIO(workbook_of(yard.source)))["pendopo"]["A1"].value))["empty"] == "leave"


def test_a_long_file_is_taken_by_the_loop_once(yard: Yard, budi: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one part: the preview says so, the loop takes it in parts, and a loop that died in the middle does not count twice."""
    monkeypatch.setattr(files, "BATCH", 10)
    monkeypatch.setattr(files.batches, "__defaults__", (10,))
    rows = "".join(f"level,35.16.01,2026-01-{day:02d}T00:00:00Z,{day / 10}\n" for day in range(1, 26))
    address, _values = wizard(budi, yard.source, b"indicator,region,at,value\n" + rows.encode())
    assert budi.get(address).context["outcome"].more
    budi.post(address, {"do": "take"})
    upload = Upload.objects.get()
    assert upload.state == "waiting"
    half = files.take_file(source=yard.source, path=actions.place_of(upload), name="a.csv", once=f"upload:{upload.key}")
    assert half.accepted == 25
    assert take_next()
    upload.refresh_from_db()
    assert (upload.state, upload.done) == ("taken", 25)
    assert not take_next()
    assert sum(delivery.accepted for delivery in Delivery.objects.all()) == 25
    assert Delivery.objects.count() == 3


def test_what_nobody_takes_is_forgotten(yard: Yard, budi: Client) -> None:
    """By its person at once, by the house after two days; what is on disk goes too."""
    address, _values = wizard(budi, yard.source, WIDE.encode())
    place = actions.place_of(Upload.objects.get())
    budi.post(address, {"do": "drop"})
    assert not place.exists() and not Upload.objects.exists()
    wizard(budi, yard.source, WIDE.encode())
    assert actions.drop_old() == 0
    Upload.objects.update(heard=datetime.fromisoformat("2026-01-01T00:00:00Z"))
    assert actions.drop_old() == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rusak.xlsx", b"PK\x03\x04rusak", "simpan lagi sebagai XLSX tanpa kata sandi"),
        ("kosong.csv", b"\n\n", "kosong"),
        ("a.yaml", b"region: {columm: a}\n", "tidak ada kunci “columm” di “region”"),
    ],
)
def test_a_bad_file_is_explained_in_the_readers_words(yard: Yard, budi: Client, name: str, content: bytes, sentence: str) -> None:
    """Nobody reads an English sentence on an Indonesian page."""
    sent = {"mapping": SimpleUploadedFile(name, content), "file": SimpleUploadedFile("a.csv", WIDE.encode())}
    if not name.endswith("yaml"):
        sent = {"file": SimpleUploadedFile(name, content)}
    page = budi.post("/upload", {"source": yard.source.pk, **sent}, follow=True)
    assert sentence in page.content.decode()
