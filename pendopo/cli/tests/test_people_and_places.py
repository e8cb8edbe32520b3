"""The commands about people and places, on the test database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from pendopo.agencies.actions import person_by_token
from pendopo.agencies.models import Agency, Person
from pendopo.cli.people import token, user
from pendopo.cli.places import agencies, regions
from pendopo.regions.models import Region
from pendopo.regions.tests.test_actions import collection, square

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def database_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find a database that the operator named, so that they start none and use the one of this test."""
    monkeypatch.setenv("PENDOPO_DATABASE_URL", "postgresql://pendopo@database.example/pendopo")


def run(group: object, *words: str) -> Result:
    """Runs one command."""
    return CliRunner().invoke(group, [str(word) for word in words])  # type: ignore[arg-type]


def test_a_person_added_works_at_once(bpbd: Agency) -> None:
    done = run(user, "add", "Budi@X.test", "--name", "Budi", "--role", "steward", "--scope", "BPBD", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.output)
    assert answer["scope"] == "bpbd"
    led = Client().post("/accounts/login/", {"login": "budi@x.test", "password": answer["password"]})
    assert led.status_code == 302
    listed = json.loads(run(user, "list", "--json").output)
    assert listed[0]["posts"][0] | {"title": ""} == {"title": "", "role": "steward", "scope": "bpbd"}


def test_a_chosen_password_is_not_printed_again(db: None) -> None:
    done = run(user, "add", "a@x.test", "--name", "A", "--role", "viewer", "--password", "kata-sandi-panjang-1")
    assert done.exit_code == 0 and "kata-sandi" not in done.output
    assert Person.objects.get().check_password("kata-sandi-panjang-1")
    assert run(user, "passwd", "a@x.test", "--password", "lain-lagi-panjang-2").exit_code == 0
    assert Person.objects.get().check_password("lain-lagi-panjang-2")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["add", "a@x.test", "--name", "A", "--role", "king"], 2),
        (["add", "a@x.test", "--role", "viewer"], 2),
        (["add", "bukan", "--name", "A", "--role", "viewer"], 1),
        (["add", "a@x.test", "--name", "A", "--role", "viewer", "--scope", "Dinas Entah"], 1),
        (["add", "a@x.test", "--name", "A", "--role", "viewer", "--scope", "99.99"], 1),
        (["passwd", "tiada@x.test"], 1),
    ],
)
def test_refusals_leave_nothing_behind(db: None, words: list[str], code: int) -> None:
    done = run(user, *words)
    assert done.exit_code == code and "Traceback" not in done.output
    assert not Person.objects.exists()


def test_tokens_from_the_command_line(sari: Person) -> None:
    made = json.loads(run(token, "new", "sari@mojokerto.test", "--json").output)
    assert person_by_token(made["token"]) == sari
    assert json.loads(run(token, "list", sari.email, "--json").output)[0]["id"] == made["id"]
    assert run(token, "revoke", made["token"]).exit_code == 0
    assert person_by_token(made["token"]) is None
    assert run(token, "revoke", "pdt_entah").exit_code == 1


def test_imports_end_with_1_when_something_was_refused(regency: Region, tmp_path: Path) -> None:
    shapes = tmp_path / "batas.geojson"
    shapes.write_bytes(collection(("35.16.01", square(112.4, -7.7))))
    done = run(regions, "import", str(shapes), "--json")
    assert (done.exit_code, json.loads(done.output)["created"]) == (0, 1)
    shapes.write_bytes(collection(("35.16.01", square(112.4, -7.7)), ("35.16.55", square(112.4, -7.6))))
    done = run(regions, "import", str(shapes))
    assert done.exit_code == 1 and "35.16.55" in done.output
    shapes.write_bytes(b"no json")
    assert run(regions, "import", str(shapes)).exit_code == 1

    table = tmp_path / "opd.csv"
    table.write_text("nama,jenis,keyakinan\nDinas Kesehatan,dinas,sumber\nSekretariat DPRD,sekretariat,perlu_verifikasi\n")
    done = run(agencies, "import", str(table), "--json")
    assert (done.exit_code, json.loads(done.output)) == (
        0,
        {"created": 2, "changed": 0, "unchanged": 0, "unverified": 1, "refused": []},
    )
    assert run(agencies, "import", str(tmp_path / "tiada.csv")).exit_code == 2
