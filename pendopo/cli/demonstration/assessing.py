"""Assessments of the demonstration: the published SPBE result of 2023, a simulated round of 2025 in work, and Pemdi 2026 just begun."""

from datetime import timedelta

from django.utils import timezone

from pendopo.agencies.models import Person, Post
from pendopo.assessments import actions
from pendopo.assessments.drawing import live_figures
from pendopo.assessments.models import Assessment, Round, RoundKind

ASSESSOR = "ratna.dewanti@mojokerto.test"
OWNER = "Kepala Dinas Komunikasi dan Informatika"

# Published by PANRB for Pemerintah Kabupaten Mojokerto; the index published beside them is 3.52.
PUBLISHED_2023 = {"D1": "4.2", "D2": "3.6", "D3": "2.09", "D4": "3.8"}
SOURCE_2023 = "PANRB, hasil evaluasi SPBE 2023"

# Simulated levels of indicators 1-47, and where the internal assessor sees them otherwise.
LEVELS_2025 = "4454434544" + "4343" + "4343" + "43" + "22132122" + "222" + "4444444343" + "444343"
OTHERWISE_2025 = {"12": 3, "16": 3, "22": 1, "43": 3, "46": 3}
# Pemdi 2026, indicators 1-20; '' = not answered yet.
VALUES_2026 = ("2", "1.5", "1.3", "1.5", "2", "1.2", "1.4", "1", "1", "1.5", "1", "1.25", "1.5", "1.6", "1", "1", "2.5", "1.2", "", "")


def seed_assessments() -> None:
    """Makes them once; nothing where there are assessments already or the assessor is not."""
    by = Person.objects.filter(email=ASSESSOR).first()
    if by is None or Assessment.objects.exists():
        return
    past = actions.open_assessment(instrument="spbe-2020", year=2023, by=by, title="Indeks SPBE 2023 (hasil PANRB)")
    actions.publish_result(assessment=past, values=PUBLISHED_2023, source=SOURCE_2023, by=by)
    _spbe_2025(by)
    pemdi = actions.open_assessment(instrument="pemdi-2026", year=2026, by=by, title="Indeks Pemerintah Digital 2026 (simulasi)")
    for number, value in enumerate(VALUES_2026, 1):
        if value:
            actions.write_answer(round=pemdi.rounds.get(kind=RoundKind.SELF), node=str(number), by=by, value=value)
    _prove(pemdi, by)
    _risks(by)


def _spbe_2025(by: Person) -> None:
    spbe = actions.open_assessment(instrument="spbe-2020", year=2025, by=by, title="Indeks SPBE 2025 (simulasi)")
    own: Round = spbe.rounds.get(kind=RoundKind.SELF)
    for number, level in enumerate(LEVELS_2025, 1):
        actions.write_answer(round=own, node=str(number), by=by, held=range(1, int(level) + 1))
    _prove(spbe, by)
    decree = actions.Proof("SK Tim Koordinasi SPBE (contoh)", link="https://jdih.example.org/sk-tim-koordinasi-spbe")
    policy = actions.add_evidence(proof=decree, by=by)
    for node in ("10", "19"):
        actions.attach(evidence=policy, assessment=spbe, node=node, by=by)
    actions.sign(round=own, by=by)
    internal = actions.open_round(assessment=spbe, kind=RoundKind.INTERNAL, by=by)
    for node, seen in OTHERWISE_2025.items():
        note = "Bukti dukung belum menunjukkan tingkat yang lebih tinggi."
        actions.write_answer(round=internal, node=node, by=by, held=range(1, seen + 1), note=note)
    owner = Post.objects.filter(title=OWNER, active=True).first()
    actions.add_finding(
        assessment=spbe,
        node="22",
        text="Rencana tanggap insiden siber belum diuji tahun ini.",
        by=by,
        weight="major",
        owner=owner,
        due=timezone.now() + timedelta(days=45),
    )


def _prove(assessment: Assessment, by: Person) -> None:
    for figure in live_figures().values():
        for node in figure.serves.get(assessment.instrument, ())[:1]:
            actions.attach(evidence=actions.add_live(code=figure.code, by=by), assessment=assessment, node=node, by=by)


def _risks(by: Person) -> None:
    owner = Post.objects.filter(title=OWNER, active=True).first()
    actions.add_risk(
        text="Pusat data mati lebih dari 4 jam karena listrik", likelihood=3, impact=5, plan="Genset diuji tiap bulan", owner=owner, by=by
    )
    actions.add_risk(text="Cadangan tidak dapat dipulihkan", likelihood=2, impact=5, plan="Uji pemulihan harian", owner=owner, by=by)
    actions.add_risk(text="Situs perangkat daerah disusupi", likelihood=4, impact=3, plan="Pemindaian kerentanan bulanan", by=by)
