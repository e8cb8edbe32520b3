"""Who sees what: risks of an agency, what an auditor's door shows, and rounds in which nothing applies."""

import zipfile
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.agencies.actions import Refused, new_token
from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.assessments import actions
from pendopo.assessments.catalogue import instrument_named
from pendopo.assessments.measured import measured
from pendopo.assessments.models import Answer, Risk
from pendopo.assessments.sheet import sheet_of

from .yard import answer_all, spbe

pytestmark = pytest.mark.django_db


def test_risks_are_seen_and_judged_where_the_post_reaches(rani: Person, bpbd: Agency, dinkes: Agency) -> None:
    assessor = person_in_post("asri@mojokerto.test", "Asri", Role.ASSESSOR, agency=bpbd)
    for text, agency in (("Pusat data terendam", None), ("Gudang terbakar", bpbd), ("Rekam medis bocor", dinkes)):
        actions.add_risk(text=text, likelihood=2, impact=5, agency=agency, by=rani)
    browser = signed_in(assessor)
    page = browser.get("/assessments/risks").content.decode()
    assert "Gudang terbakar" in page and "Pusat data terendam" in page and "Rekam medis" not in page
    wish = {"text": "x", "likelihood": 1, "impact": 1, "treatment": "reduce"}
    codes = {
        text: browser.post(f"/assessments/risks/{Risk.objects.get(text=text).pk}", {**wish, "agency": bpbd.pk}).status_code
        for text in ("Rekam medis bocor", "Pusat data terendam", "Gudang terbakar")
    }
    assert list(codes.values()) == [404, 403, 302]
    assert browser.post("/assessments/risks/new", wish).status_code == 403, "of the government as a whole"
    assert browser.post("/assessments/risks/new", {**wish, "agency": bpbd.pk}).status_code == 302


def test_the_last_requirement_that_applies_stays(rani: Person) -> None:
    assessment = actions.open_assessment(instrument="iso27001-2022", year=2026, by=rani)
    round = assessment.rounds.get()
    codes = [node.code for node in instrument_named("iso27001-2022").leaves()]
    Answer.objects.bulk_create([Answer(round=round, node=code, applies=False, note="tidak ada") for code in codes[1:]])
    with pytest.raises(Refused, match="at least one|Setidaknya satu|At least one"):
        actions.write_answer(round=round, node=codes[0], by=rani, applies=False, note="tidak ada")
    Answer.objects.create(round=round, node=codes[0], applies=False, note="dari versi lama")
    assert sheet_of(assessment, timezone.now()).columns[0].open_count == len(codes)
    assert signed_in(rani).get(assessment.get_absolute_url()).status_code == 200


def test_an_auditors_door_shows_and_packs_what_was_signed(rani: Person, sari: Person) -> None:
    assessment = spbe(rani)
    answer_all(assessment.rounds.get(), rani)
    _door, secret = actions.new_passage(assessment=assessment, by=rani, label="Auditor", days=3)
    browser = Client()
    assert "Belum ada yang ditandatangani" in browser.get(f"/auditor/{secret}").content.decode()
    actions.sign(round=assessment.rounds.get(), by=rani)
    actions.open_round(assessment=assessment, kind="internal", by=rani)
    page = browser.get(f"/auditor/{secret}").content.decode()
    assert "Penilaian mandiri" in page and "Asesor internal" not in page
    answer = browser.get(f"/auditor/{secret}/package.zip")
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        names = archive.namelist()
    assert "rounds/self.json" in names and "rounds/internal.json" not in names


def test_the_api_asks_the_same_number_of_questions_for_one_and_for_many(rani: Person) -> None:
    _token, secret = new_token(by=rani, person=rani)
    header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert Client().get("/api/v1/assessments", **header).status_code == 200
        return len(asked)

    spbe(rani, year=2020)
    cost()
    one = cost()
    for year in range(2021, 2026):
        answer_all(spbe(rani, year=year).rounds.get(), rani)
    assert cost() == one


def test_nothing_is_measured_without_a_data_centre(rani: Person) -> None:
    assert measured(timezone.now()) is None
    made = actions.open_assessment(instrument="data-centre-availability", year=2026, by=rani)
    page = signed_in(rani).get(made.get_absolute_url()).content.decode()
    assert "28,82" in page and "Belum ada perangkat pusat data" in page
