"""What was signed stays what was signed, whatever becomes of the evidence later."""

import json
import zipfile

import pytest
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.assessments import actions
from pendopo.assessments.models import Assessment, Round, Verdict
from pendopo.assessments.package import package
from pendopo.assessments.signing import digest_of

from .yard import answer_all, spbe

pytestmark = pytest.mark.django_db


def own_round(assessment: Assessment) -> Round:
    """The round of self-assessment."""
    return assessment.rounds.get(kind="self")


def signed_digest(assessment: Assessment, kind: str) -> tuple[str, str]:
    """The digest of a round's answers as they stand in the package, and the one that was signed."""
    with package(assessment, now=timezone.now()) as stream, zipfile.ZipFile(stream) as archive:
        told = json.loads(archive.read(f"rounds/{kind}.signature.json"))
        return digest_of(archive.read(f"rounds/{kind}.json")), told["digest"]


def test_a_review_after_signing_leaves_the_signed_answers_as_they_were(rani: Person, sari: Person) -> None:
    assessment = spbe(rani)
    kept = actions.add_evidence(proof=actions.Proof("SK", link="https://jdih.example.go.id/sk"), by=rani)
    actions.attach(evidence=kept, assessment=assessment, node="1", by=rani)
    answer_all(own_round(assessment), rani)
    actions.sign(round=own_round(assessment), by=rani)
    actions.review(evidence=kept, verdict=Verdict.ACCEPTED, by=sari)
    later = actions.add_evidence(proof=actions.Proof("SOP", link="https://jdih.example.go.id/sop"), by=rani)
    actions.attach(evidence=later, assessment=assessment, node="2", by=rani)
    found, signed = signed_digest(assessment, "self")
    assert found == signed == Round.objects.get().digest


def test_a_round_signed_without_keeping_its_content_does_not_pass_for_what_was_signed(rani: Person, sari: Person) -> None:
    assessment = spbe(rani)
    kept = actions.add_evidence(proof=actions.Proof("SK", link="https://jdih.example.go.id/sk"), by=rani)
    actions.attach(evidence=kept, assessment=assessment, node="1", by=rani)
    answer_all(own_round(assessment), rani)
    actions.sign(round=own_round(assessment), by=rani)
    Round.objects.update(content="")
    found, signed = signed_digest(assessment, "self")
    assert found == signed, "nothing changed since: it can be told again"
    actions.review(evidence=kept, verdict=Verdict.ACCEPTED, by=sari)
    with package(assessment, now=timezone.now()) as stream, zipfile.ZipFile(stream) as archive:
        assert "rounds/self-present.json" in archive.namelist() and "rounds/self.json" not in archive.namelist()
        assert json.loads(archive.read("rounds/self.signature.json"))["content"].startswith("not kept")


def test_a_published_result_is_packed_as_it_was_signed_and_noted_once(rani: Person) -> None:
    assessment = spbe(rani, year=2024)
    kept = actions.add_evidence(proof=actions.Proof("SK", link="https://jdih.example.go.id/sk"), by=rani)
    actions.attach(evidence=kept, assessment=assessment, node="1", by=rani)
    values = {"D1": "4.2", "D2": "3.6", "D3": "2.09", "D4": "3.8"}
    actions.publish_result(assessment=assessment, values=values, source="Laporan PANRB", by=None)
    found, signed = signed_digest(assessment, "external")
    assert found == signed
    with pytest.raises(Refused):
        actions.publish_result(assessment=assessment, values=values, source="Laporan PANRB", by=None)


def test_an_answer_off_the_scale_is_refused_in_the_readers_language(rani: Person) -> None:
    assessment = spbe(rani)
    answer_all(own_round(assessment), rani)
    page = signed_in(rani).get(f"{assessment.get_absolute_url()}/raise?to-1=9")
    assert page.status_code == 422 and "harus tingkat bulat dari 1 sampai 5, bukan" in page.content.decode()
