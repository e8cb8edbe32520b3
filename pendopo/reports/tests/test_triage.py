"""The suggestion of a category: silent while it knows too little, and honest about how often it is right."""

import pytest

from pendopo.reports import triage
from pendopo.reports.models import Report

SAID = {
    "jalan": ("aspal berlubang besar depan pasar", "jembatan ambrol kendaraan tidak lewat", "lubang menganga aspal rusak parah"),
    "sampah": ("tumpukan sampah menggunung dekat sungai", "bau menyengat tempat pembuangan sampah", "truk sampah tidak pernah datang"),
    "kesehatan": ("puskesmas tutup dokter tidak hadir", "nyamuk banyak demam berdarah anak", "antrean obat puskesmas lama sekali"),
}


def told(count: int) -> list[tuple[str, str]]:
    codes = sorted(SAID)
    return [(f"{SAID[codes[n % 3]][n % 7 % 3]} dusun nomor{n}", codes[n % 3]) for n in range(count)]


def test_nothing_is_suggested_before_there_is_enough_to_learn_from() -> None:
    assert triage.learn(told(triage.LEAST_REPORTS - 1)) is None


def test_it_is_measured_on_what_it_did_not_learn() -> None:
    learned = triage.learn(told(600))
    assert learned is not None and learned.tried == 120 and learned.accuracy > 0.9
    assert learned.suggest("aspal rusak dan berlubang") == "jalan" and learned.suggest("demam berdarah") == "kesehatan"
    assert learned.suggest("qwerty") == ""


def test_an_untrue_label_lowers_what_it_says_of_itself() -> None:
    mixed = [(text, sorted(SAID)[n // 3 % 3]) for n, (text, _code) in enumerate(told(600))]
    learned = triage.learn(mixed)
    assert learned is not None and learned.accuracy < 0.9


def test_a_house_without_reports_suggests_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage, "_kept", [])
    assert triage.suggestion(Report(text="aspal berlubang")) is None
