"""The commands about boards and screens, on the test database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pendopo.cli.wall import board, screen
from pendopo.wall.models import KioskToken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def database_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands use the database of this test."""
    monkeypatch.setenv("PENDOPO_DATABASE_URL", "postgresql://pendopo@database.example/pendopo")


def run(group: object, *words: str) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words])  # type: ignore[arg-type]


def test_a_board_is_loaded_once_and_listed(tmp_path: Path) -> None:
    file = tmp_path / "dam.yaml"
    file.write_text("code: dam\ntitle: Waduk\ntiles: [{kind: clock}]\n")
    assert json.loads(run(board, "load", str(file), "--json").output) == {"code": "dam", "board": "created"}
    assert json.loads(run(board, "load", str(file), "--json").output)["board"] == "unchanged"
    listed = json.loads(run(board, "list", "--json").output)["items"]
    assert {"overview", "health", "water", "dam"} <= {one["code"] for one in listed}


def test_a_wrong_board_is_refused_with_every_sentence(tmp_path: Path) -> None:
    file = tmp_path / "dam.yaml"
    file.write_text("code: dam\ntitle: Waduk\ntiles: [{kind: clock, indicator: x}, {kind: magic}]\n")
    done = run(board, "load", str(file))
    assert done.exit_code == 1 and "Tile 1 (clock)" in done.output and "Tile 2 must have a kind" in done.output
    file.write_text("code: [")
    assert "is not YAML" in run(board, "load", str(file)).output
    assert "dam" not in run(board, "list").output


def test_a_screen_is_made_listed_and_revoked() -> None:
    made = json.loads(run(screen, "new", "Dinding kiri", "--json").output)
    assert made["token"].startswith("pdk_")
    assert json.loads(run(screen, "list", "--json").output)["items"] == [{"id": made["id"], "label": "Dinding kiri", "revoked": False}]
    assert run(screen, "revoke", str(made["id"])).exit_code == 0
    assert run(screen, "revoke", str(made["id"])).exit_code == 1
    assert KioskToken.objects.get().revoked is not None
