"""What `pendopo verify` examines, on the test's own database: unbroken, then a changed delivery, a changed file, a lost one."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from pendopo.audit.actions import seal
from pendopo.audit.logic import Head
from pendopo.cli.verify import as_dict, as_text, examine
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Way
from pendopo.indicators.tests.yard import lay_out

pytestmark = pytest.mark.django_db(transaction=True)


def codes(noted: Head | None = None) -> list[str]:
    """The problems it names."""
    verdict, files = examine(settings.FILES_DIR, noted)
    answer = as_dict(verdict, files)
    assert answer["unbroken"] == (not answer["problems"])
    text = as_text(verdict, files)
    assert all(problem.message in text for problem in verdict.problems)
    return [problem.code for problem in verdict.problems]


@pytest.fixture
def kept() -> Path:
    """Two sealed deliveries, one with a kept file."""
    yard = lay_out()
    body = b"indicator,region,at,value\nfree,35.16.01,2026-05-01T00:00:00Z,1\n"
    digest = hashlib.sha256(body).hexdigest()
    path = settings.FILES_DIR / "deliveries" / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    row = Observation("free", "35.16.01", "2026-05-01T00:00:00Z", 1.0)
    name = str(path.relative_to(settings.FILES_DIR))
    take_delivery(source=yard.source, rows=[row], digest=digest, way=Way.FILE, file=name, name="free.csv")
    take_delivery(source=yard.source, rows=[row], digest="0" * 64, way=Way.API)
    while seal():
        pass
    return path


def test_unbroken(kept: Path) -> None:
    """It says so, with the head to note; the noted head is found again."""
    assert codes() == []
    verdict, files = examine(settings.FILES_DIR)
    assert files == 1 and f"{verdict.head.seq} entries, 1 kept files" in as_text(verdict, files)
    assert codes(Head.parse(str(as_dict(verdict, files)["head"]))) == []
    assert codes(Head(9999, b"\xab" * 32)) == ["shortened"]


def test_a_changed_or_lost_file(kept: Path) -> None:
    """One byte is enough."""
    kept.write_bytes(kept.read_bytes().replace(b",1\n", b",2\n"))
    assert codes() == ["file-changed"]
    kept.unlink()
    assert codes() == ["file-missing"]


def test_a_changed_delivery(kept: Path) -> None:
    """Whoever changes the digest to fit a changed file does not match the book."""
    kept.write_bytes(b"forged")
    digest = hashlib.sha256(b"forged").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_delivery SET digest = %s WHERE file <> ''", [digest])
    assert codes() == ["delivery-changed"]


def test_a_guard_that_is_off(kept: Path) -> None:
    """History could be changed now, so it is no proof any more."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE indicators_observation DISABLE TRIGGER observation_append_only")
        try:
            assert codes() == ["unguarded"]
        finally:
            cursor.execute("ALTER TABLE indicators_observation ENABLE TRIGGER observation_append_only")
