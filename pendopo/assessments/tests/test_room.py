"""An assessment from opening to the auditor's door: who answers, what is signed, what is refused."""

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from pendopo.agencies.actions import Refused, new_token
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.assessments import actions
from pendopo.assessments.catalogue import instrument_named
from pendopo.assessments.checking import check
from pendopo.assessments.logic import WrongAnswer
from pendopo.assessments.models import Answer, Assessment, Evidence, Finding, Passage, Risk, Round
from pendopo.assessments.signing import canonical, digest_of, holds, public_key
from pendopo.assessments.standing import EXPIRED, OPEN, PROVEN, REOPENED, UNPROVEN, WAITING, Proof, standing
from pendopo.assessments.tests.yard import answer_all, spbe
from pendopo.audit.models import Entry
from pendopo.notify.models import Notice
from pendopo.orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def asri(db: None) -> Person:
    """Assessor of the whole installation."""
    return person_in_post("asri@mojokerto.test", "Asri", Role.ASSESSOR)


def own_round(assessment: Assessment) -> Round:
    return assessment.rounds.get(kind="self")


def test_answers_by_levels_show_the_range_until_all_are_given(asri: Person) -> None:
    assessment = spbe(asri)
    client = signed_in(asri)
    page = f"{assessment.get_absolute_url()}/r/21"
    assert client.post(f"{page}/do", {"do": "answer", "round": "self", "held": ["2", "3", "5"], "note": "SK tim"}).status_code == 302
    answer = Answer.objects.get()
    assert (answer.value, answer.held) == (3, [1, 2, 3, 5])
    text = client.get(assessment.get_absolute_url()).content.decode()
    assert "1,03 – 4,97" in text and "46 persyaratan belum dijawab" in text
    answer_all(own_round(assessment), asri, "3", but=("47",))
    assert "2,94 – 3,06" in client.get(assessment.get_absolute_url()).content.decode()
    refused = client.post(f"{assessment.get_absolute_url()}/do", {"do": "sign", "kind": "self"})
    assert refused.status_code == 409 and "47" in refused.content.decode() and "2,94" in refused.content.decode()


@pytest.mark.parametrize(("value", "why"), [("0", "1 to 5"), ("6", "1 to 5"), ("2.5", "whole level")])
def test_answers_off_the_scale_are_refused_by_name(asri: Person, value: str, why: str) -> None:
    with pytest.raises(WrongAnswer, match=f"^21.*{why}"):
        actions.write_answer(round=own_round(spbe(asri)), node="21", by=asri, value=value)
    assert not Answer.objects.exists()


def test_a_signed_round_is_frozen_and_its_signature_holds(asri: Person) -> None:
    assessment = spbe(asri)
    round = own_round(assessment)
    answer_all(round, asri)
    signed = actions.sign(round=round, by=asri)
    assert (float(signed.index or 0), signed.predicate) == (3.0, "Baik")
    entry = Entry.objects.get(room="assessments", verb="sign")
    assert entry.after["digest"] == signed.digest
    with pytest.raises(Refused, match="ditandatangani"):
        actions.write_answer(round=round, node="21", by=asri, value="5")
    with pytest.raises(Refused):
        actions.sign(round=round, by=asri)


def test_rounds_beside_each_other_explain_the_difference(asri: Person) -> None:
    assessment = spbe(asri)
    answer_all(own_round(assessment), asri, "4")
    actions.sign(round=own_round(assessment), by=asri)
    external = actions.open_round(assessment=assessment, kind="external", by=asri)
    assert external.answers.count() == 47
    actions.write_answer(round=external, node="42", by=asri, value="2", note="SP4N belum terhubung")
    text = signed_in(asri).get(assessment.get_absolute_url()).content.decode()
    assert "−2" in text and "(−0,060)" in text and "3,94" in text


def test_who_answers_which_round(asri: Person, budi: Person, sari: Person) -> None:
    assessment = spbe(asri)
    path = f"{assessment.get_absolute_url()}/r/21/do"
    assert signed_in(sari).post(path, {"do": "answer", "round": "self", "held": ["2"]}).status_code == 403
    assert signed_in(budi).post(path, {"do": "answer", "round": "self", "held": ["2"]}).status_code == 403
    assert signed_in(sari).get(f"{assessment.get_absolute_url()}/r/21").status_code == 200
    assert Client().get(assessment.get_absolute_url()).status_code == 302
    proof = {"do": "evidence", "title": "SK", "link": "https://jdih.mojokertokab.go.id/sk"}
    assert signed_in(budi).post(path, proof).status_code == 302
    assert signed_in(sari).post(path, proof).status_code == 403


def test_an_agency_reads_its_own_assessment_and_no_others(asri: Person, budi: Person, dinkes) -> None:  # type: ignore[no-untyped-def]
    other = actions.open_assessment(instrument="backup-and-recovery", year=2026, by=asri, agency=dinkes)
    assert signed_in(budi).get(other.get_absolute_url()).status_code == 404
    with pytest.raises(Refused, match="tahun ini"):
        actions.open_assessment(instrument="backup-and-recovery", year=2026, by=asri, agency=dinkes)


def test_evidence_of_another_agency_is_neither_offered_nor_attached(asri: Person, budi: Person, dinkes) -> None:  # type: ignore[no-untyped-def]
    """Else attaching it to an assessment that one sees would open it."""
    other = actions.open_assessment(instrument="backup-and-recovery", year=2026, by=asri, agency=dinkes)
    hidden = actions.add_evidence(proof=actions.Proof("Kontrak rahasia", link="https://dinkes.mojokertokab.go.id/kontrak"), by=asri)
    node = next(iter(instrument_named(other.instrument).leaves())).code
    actions.attach(evidence=hidden, assessment=other, node=node, by=asri)
    page = f"{spbe(asri).get_absolute_url()}/r/21"
    assert "Kontrak rahasia" not in signed_in(budi).get(page).content.decode()
    assert signed_in(budi).post(f"{page}/do", {"do": "kept", "evidence": hidden.pk}).status_code == 409
    assert signed_in(budi).get(hidden.get_absolute_url()).status_code == 404
    assert "Kontrak rahasia" in signed_in(asri).get(page).content.decode()


def test_evidence_is_kept_with_its_hash_reviewed_by_another_and_reminded_of(asri: Person, rani: Person) -> None:
    assessment = spbe(asri)
    path = f"{assessment.get_absolute_url()}/r/22"
    until = timezone.localdate() + timedelta(days=20)
    wish = {"do": "evidence", "title": "SK SMKI", "file": SimpleUploadedFile("sk.pdf", b"%PDF"), "until": until.isoformat()}
    assert signed_in(asri).post(f"{path}/do", wish).status_code == 302
    kept = Evidence.objects.get()
    assert Entry.objects.get(verb="add_evidence").after["digest"] == kept.digest
    page = kept.get_absolute_url()
    assert signed_in(asri).post(f"{page}/review", {"verdict": "accepted"}).status_code == 409
    assert signed_in(rani).post(f"{page}/review", {"verdict": "refused"}).status_code == 409
    assert signed_in(rani).post(f"{page}/review", {"verdict": "accepted"}).status_code == 302
    assert b"".join(signed_in(rani).get(f"{page}/file").streaming_content) == b"%PDF"  # type: ignore[attr-defined]
    assert actions.remind() == 1 and actions.remind() == 0 and Notice.objects.filter(kind="evidence").count() == 1

    answer_all(own_round(assessment), asri)
    file = Path(settings.FILES_DIR) / kept.file.name
    file.write_bytes(b"forged")
    assert "berkasnya berubah" in signed_in(rani).get(page).content.decode()
    with pytest.raises(Refused, match="SK SMKI"):
        actions.sign(round=own_round(assessment), by=asri)
    file.unlink()


@pytest.mark.parametrize(
    ("answered", "proofs", "expected"),
    [
        (False, [Proof(True)], OPEN),
        (True, [], UNPROVEN),
        (True, [Proof(False)], UNPROVEN),
        (True, [Proof(None)], WAITING),
        (True, [Proof(True)], PROVEN),
        (True, [Proof(True, until=date(2026, 1, 1))], EXPIRED),
        (True, [Proof(True, since=date(2026, 12, 1))], EXPIRED),
        (True, [Proof(None, sufficient=True)], PROVEN),
        (True, [Proof(True), Proof(None, sufficient=False)], REOPENED),
        (True, [Proof(True), Proof(False, sufficient=False)], PROVEN),
    ],
)
def test_how_a_requirement_stands(answered: bool, proofs: list[Proof], expected: str) -> None:
    assert standing(answered, proofs, date(2026, 11, 29)) == expected


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": " "}, "judul"),
        ({"link": ""}, "berkas atau tautan"),
        ({"since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "berakhir sebelum"),
    ],
)
def test_evidence_that_makes_no_sense_is_refused(asri: Person, changes: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        actions.add_evidence(proof=actions.Proof(**{"title": "SK", "link": "https://x.test/", **changes}), by=asri)  # type: ignore[arg-type]


def test_a_huge_file_is_refused_with_what_to_do(asri: Person) -> None:
    huge = SimpleUploadedFile("x.bin", b"x")
    huge.size = 2 * 1024**3
    with pytest.raises(Refused, match="100 MB"):
        actions.add_evidence(proof=actions.Proof("x", file=huge), by=asri)


def test_findings_go_to_a_post_and_are_verified_by_an_assessor(asri: Person, camat: Person) -> None:
    assessment = spbe(asri)
    path = f"{assessment.get_absolute_url()}/r/22"
    owner = camat.holdings.get().post
    wish = {"do": "finding", "text": "Belum ada uji penetrasi", "weight": "major", "owner": owner.pk, "due": "2026-12-24T10:00"}
    assert signed_in(asri).post(f"{path}/do", wish).status_code == 302
    finding, order = Finding.objects.get(), Order.objects.get()
    assert (order.to, order.about, finding.order) == (owner, path, order.pk)
    act = f"/assessments/findings/{finding.pk}/do"
    assert signed_in(camat).post(act, {"do": "verify"}).status_code == 403
    with pytest.raises(Refused):
        actions.verify_finding(finding=finding, by=asri)
    assert signed_in(camat).post(act, {"do": "report", "done": "Uji selesai"}).status_code == 302
    assert signed_in(asri).post(act, {"do": "verify"}).status_code == 302
    finding.refresh_from_db()
    assert finding.verified and finding.verified_by == asri
    assert "terverifikasi" in signed_in(asri).get("/assessments/findings").content.decode()


def test_the_register_of_risks(asri: Person, sari: Person) -> None:
    client = signed_in(asri)
    wish = {"text": "Pusat data banjir", "likelihood": 4, "impact": 5, "treatment": "reduce", "plan": "Pindah lantai"}
    assert client.post("/assessments/risks/new", wish).status_code == 302
    risk = Risk.objects.get()
    assert "4 × 5 = 20" in signed_in(sari).get("/assessments/risks").content.decode()
    read = signed_in(sari).get(f"/assessments/risks/{risk.pk}")
    assert read.status_code == 200 and "Pindah lantai" in read.content.decode() and 'name="likelihood"' not in read.content.decode()
    assert signed_in(sari).post(f"/assessments/risks/{risk.pk}", wish).status_code == 403
    assert client.post("/assessments/risks/new", {**wish, "likelihood": 6}).status_code == 200 and Risk.objects.count() == 1
    assert client.post(f"/assessments/risks/{risk.pk}", {**wish, "likelihood": 2}).status_code == 302
    assert Entry.objects.get(verb="change_risk").before["likelihood"] == 4
    assert client.post(f"/assessments/risks/{risk.pk}", {"do": "close"}).status_code == 302
    assert client.post(f"/assessments/risks/{risk.pk}", {**wish, "likelihood": 3}).status_code == 200
    assert Risk.objects.get(pk=risk.pk).likelihood == 2, "what is closed is judged no more"
    with pytest.raises(IntegrityError), transaction.atomic():
        Risk.objects.filter(pk=risk.pk).update(impact=9)


def test_an_auditor_reads_through_a_door_until_it_shuts(asri: Person) -> None:
    assessment = spbe(asri)
    made, secret = actions.new_passage(assessment=assessment, label="BSSN", days=7, by=asri)
    page = Client().get(f"/auditor/{secret}")
    assert page.status_code == 200 and "Indeks SPBE 2025" in page.content.decode() and "BSSN" in page.content.decode()
    assert page["Cache-Control"] == "no-store" and secret not in Passage.objects.get().digest
    assert Client().post(f"/auditor/{secret}").status_code == 405
    assert Client().get(f"/auditor/{secret}x").status_code == 410
    actions.revoke_passage(passage=made, by=asri)
    assert Client().get(f"/auditor/{secret}").status_code == 410
    with pytest.raises(Refused):
        actions.new_passage(assessment=assessment, label="x", days=365, by=asri)


@pytest.fixture
def zipped(asri: Person, tmp_path: Path) -> Path:
    """The package of a signed assessment with one file."""
    assessment = spbe(asri)
    kept = actions.add_evidence(proof=actions.Proof("SK", file=SimpleUploadedFile("../../s k.pdf", b"%PDF")), by=asri)
    actions.attach(evidence=kept, assessment=assessment, node="1", by=asri)
    answer_all(own_round(assessment), asri)
    actions.sign(round=own_round(assessment), by=asri)
    answer = signed_in(asri).get(f"{assessment.get_absolute_url()}/package.zip")
    target = tmp_path / "package.zip"
    target.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    (Path(settings.FILES_DIR) / kept.file.name).unlink()
    return target


def test_a_package_is_checked_without_the_house(zipped: Path) -> None:
    found = check(zipped, public_key())
    assert found.unbroken and found.files >= 4 and found.assessment == "Indeks SPBE 2025"
    with zipfile.ZipFile(zipped) as archive:
        content = archive.read("rounds/self.json")
        told = json.loads(archive.read("rounds/self.signature.json"))
    assert digest_of(content) == told["digest"] == Round.objects.get().digest
    assert content == canonical(json.loads(content)) and holds(content, told["signature"], public_key())
    assert "another key" in check(zipped, "AAAA").problems[0]


def rewritten(path: Path, change: dict[str, bytes | None], extra: dict[str, bytes] | None = None) -> Path:
    """The ZIP with some of its files changed (None = left out) or added."""
    raw = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(raw, "w") as target:
        for name in archive.namelist():
            content = change.get(name, archive.read(name))
            if content is not None:
                target.writestr(name, content)
        for name, content in (extra or {}).items():
            target.writestr(name, content)
    path.write_bytes(raw.getvalue())
    return path


@pytest.mark.parametrize(
    ("change", "extra", "sentence"),
    [
        ({"rounds/self.json": b"{}"}, {}, "rounds/self.json is not what was signed"),
        ({"rounds/self.json": None}, {}, "rounds/self.json is missing"),
        ({}, {"evidence/other.pdf": b"x"}, "added afterwards"),
        ({}, {"../../etc/passwd": b"x"}, "leads elsewhere"),
        ({}, {"/abs": b"x"}, "leads elsewhere"),
        ({"manifest.sig": b"AAAA"}, {}, "manifest was changed"),
        ({"manifest.json": None}, {}, "no manifest"),
        ({"manifest.json": b"[]"}, {}, "cannot be read"),
    ],
)
def test_a_package_that_was_touched_is_found_out(
    zipped: Path, change: dict[str, bytes | None], extra: dict[str, bytes], sentence: str
) -> None:
    found = check(rewritten(zipped, change, extra))
    assert not found.unbroken and sentence in " ".join(found.problems)


def test_what_is_no_zip_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK no")
    assert "cannot be read" in check(tmp_path / "x.zip").problems[0]


def test_own_instruments_are_loaded_once(rani: Person) -> None:
    text = (
        (Path(__file__).parents[1] / "instruments/backup-and-recovery.yaml").read_text().replace("code: backup-and-recovery", "code: own")
    )
    instrument, new = actions.load_instrument(text=text, by=rani)
    assert new and instrument.code == "own" and not actions.load_instrument(text=text, by=rani)[1]
    with pytest.raises(Refused, match="own-2"):
        actions.load_instrument(text=text + "\n# other", by=rani)
    with pytest.raises(Refused, match="spbe-2020"):
        actions.load_instrument(text=(Path(__file__).parents[1] / "instruments/spbe-2020.yaml").read_text(), by=rani)
    assert spbe(rani, instrument="own").code == "own-2025"


def test_the_statement_of_applicability_needs_reasons(asri: Person) -> None:
    assessment = spbe(asri, instrument="iso27001-2022", year=2026)
    path = f"{assessment.get_absolute_url()}/r/A.8.30/do"
    assert signed_in(asri).post(path, {"do": "answer", "round": "self", "excluded": "on"}).status_code == 409
    wish = {"do": "answer", "round": "self", "excluded": "on", "note": "Tidak ada pihak luar"}
    assert signed_in(asri).post(path, wish).status_code == 302
    with pytest.raises(Refused, match="setiap persyaratan berlaku"):
        actions.write_answer(round=own_round(spbe(asri)), node="1", by=asri, applies=False, note="x")


def test_published_results_and_the_break_between_instruments(asri: Person) -> None:
    values = {"D1": "4.2", "D2": "3.6", "D3": "2.09", "D4": "3.8"}
    for year in (2023, 2024):
        made = actions.publish_result(assessment=spbe(asri, year=year), values=values, source="Laporan PANRB", by=None)
    assert (float(made.index or 0), made.predicate) == (3.51985, "Sangat Baik")
    pemdi = spbe(asri, instrument="pemdi-2026", year=2026)
    answer_all(own_round(pemdi), asri, "1.3")
    actions.sign(round=own_round(pemdi), by=asri)
    text = signed_in(asri).get("/assessments/trend").content.decode()
    assert text.count("<polyline") == 2 and "instrumen lain" in text and "3,52" in text and "1,30" in text
    assert signed_in(asri).get(made.assessment.get_absolute_url()).status_code == 200


def test_what_would_raise_it_most_and_the_simulator(asri: Person) -> None:
    assessment = spbe(asri)
    answer_all(own_round(assessment), asri, "3")
    page = f"{assessment.get_absolute_url()}/raise"
    text = signed_in(asri).get(page).content.decode()
    assert "portal data instansi lain" in text, "what the next level of open data asks"
    assert "+0,030" in text and text.index("Layanan Data Terbuka") < text.index("Layanan Perencanaan")
    text = signed_in(asri).get(f"{page}?to-42=5&to-43=4").content.decode()
    assert "3,00 → 3,09" in text and "(+0,090)" in text
    assert signed_in(asri).get(f"{page}?to-42=9").status_code == 422
    actions.open_round(assessment=assessment, kind="internal", by=asri)


def test_the_api_tells_indices_and_ranges(asri: Person, budi: Person) -> None:
    assessment = spbe(asri)
    answer_all(own_round(assessment), asri, "3", but=("47",))
    _token, secret = new_token(person=asri, by=asri)
    head = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    body = Client().get("/api/v1/assessments?instrument=spbe-2020", **head).json()
    (round,) = body["items"][0]["rounds"]
    assert round["open"] == ["47"] and round["index"] is None and (round["low"], round["high"]) == (2.94, 3.06)
    assert Client().get("/api/v1/assessments").status_code == 401
    assert Client().get("/api/v1/assessments?year=9", **head).status_code == 422
    assert Client().get("/api/v1/assessments?cursor=x", **head).status_code == 422
    assert Client().get("/api/v1/assessments?what=x", **head).status_code == 422


def test_the_report_holds_the_chapters(asri: Person) -> None:
    from pendopo.assessments.report import html  # noqa: PLC0415 - the fixture database must stand first

    assessment = spbe(asri)
    answer_all(own_round(assessment), asri)
    text = html(assessment, now=timezone.now())
    for chapter in ("Pendahuluan", "Hasil per domain dan aspek", "Hasil per persyaratan", "Temuan dan rekomendasi", "Bukti dukung"):
        assert chapter in text
    iso = spbe(asri, instrument="iso27001-2022")
    actions.write_answer(round=own_round(iso), node="A.8.30", by=asri, applies=False, note="Tidak ada pihak luar")
    assert "Pernyataan penerapan" in html(iso, now=timezone.now()) and "Tidak ada pihak luar" in html(iso, now=timezone.now())
