"""The editor: what its form holds becomes a board and back, every saving is a version, and who may see and change which board."""

from io import BytesIO
from typing import Any

import pytest
import yaml
from django.test import Client

from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.wall.actions import add_screen, load_board
from pendopo.wall.boards import definition_of, shipped_definitions
from pendopo.wall.drafting import Form, band_rows_of, changed, definition_from, values_of
from pendopo.wall.logic import read_board
from pendopo.wall.models import Board

pytestmark = pytest.mark.usefixtures("regency")
OWN: dict[str, Any] = {"code": "own", "title": "Sendiri", "tiles": [{"kind": "clock"}]}


def form_of(definition: dict[str, Any]) -> dict[str, Any]:
    """What the page's form sends for a board."""
    form: dict[str, Any] = {"code": definition["code"], "tile": [str(key) for key in range(len(definition["tiles"]))]}
    for name in ("title", "lead"):
        values = values_of({"title": definition.get(name, "")})
        form |= {f"{name}_id": values["title_id"], f"{name}_en": values["title_en"]}
    for key, tile in enumerate(definition["tiles"]):
        form |= {f"{key}-{name}": value for name, value in values_of(tile).items()}
        for row, band in enumerate(band_rows_of(tile)):
            form |= {f"{key}-band{row}-{name}": value for name, value in band.items()}
    return form


def sent(form: dict[str, Any]) -> Form:
    return Form({name: value if isinstance(value, list) else [value] for name, value in form.items()})


@pytest.mark.parametrize("code", ["overview", "health", "house", "network", "water"])
def test_a_shipped_board_survives_the_form_unchanged(code: str) -> None:
    definition = shipped_definitions()[code]
    assert read_board(definition_from(sent(form_of(definition)), code)) == read_board(definition)


def test_buttons_arrange_tiles() -> None:
    tiles = [{"kind": "clock", "size": [3, 1]}, {"kind": "ticker"}]
    assert [tile["kind"] for tile in changed(tiles, "later", 0)] == ["ticker", "clock"]
    assert changed(tiles, "wider", 0)[0]["size"] == [4, 1] and changed(tiles, "shorter", 0)[0]["size"] == [3, 1]
    assert changed(tiles, "wider", 1)[1]["size"] == [12, 1]
    assert changed(tiles, "remove", 0) == [{"kind": "ticker"}] and changed(tiles, "remove", 9) == tiles


def test_saving_makes_versions_that_can_be_compared_and_restored(sari: Person) -> None:
    client = signed_in(sari)
    assert client.post("/wall/new", {"title": "Papan Sendiri", "start": ""})["Location"] == "/wall/papan-sendiri/edit"
    form = {
        "code": "papan-sendiri",
        "title_id": "Papan Sendiri",
        "opened": "1",
        "why": "Judul jam",
        "do": "save",
        "tile": ["0"],
        "0-kind": "clock",
        "0-title_id": "Waktu",
        "0-w": "3",
        "0-h": "2",
    }
    assert client.post("/wall/papan-sendiri/edit", form)["Location"] == "/wall/papan-sendiri"
    first, second = Board.objects.get(code="papan-sendiri").versions.order_by("number")
    assert (second.number, second.by, second.why) == (2, sari.audit_name, "Judul jam") and first.definition != second.definition
    page = client.get("/wall/papan-sendiri/versions?a=1&b=2").content.decode()
    assert "Judul jam" in page and 'class="more"' in page and "Waktu" in page
    overtaken = client.post("/wall/papan-sendiri/edit", {**form, "0-title_id": "Lain"})
    assert "versi yang lebih baru" in overtaken.content.decode()
    client.post("/wall/papan-sendiri/versions", {"restore": "1"})
    board = Board.objects.get(code="papan-sendiri")
    assert board.definition == first.definition and board.versions.first().why == "Versi 1 dipulihkan"  # type: ignore[union-attr]


def test_what_is_wrong_is_said_and_nothing_is_kept(sari: Person) -> None:
    client = signed_in(sari)
    form = {"title_id": "X", "opened": "0", "do": "save", "tile": ["0"], "0-kind": "number", "0-w": "3", "0-h": "2", "0-indicator": ""}
    page = client.post("/wall/water/edit", form)
    assert page.status_code == 200 and "indicator menyebut kode indikator" in page.content.decode()
    assert not Board.objects.exists()
    looked = client.post("/wall/preview", {**form, "code": "water", "0-indicator": "not-there"}).content.decode()
    assert "Muat katalog" in looked and "<pd-live" not in looked


def test_buttons_of_the_form_work_without_scripts(sari: Person) -> None:
    page = signed_in(sari).post("/wall/water/edit", {"title_id": "X", "do": "add", "new_kind": "gauge"}).content.decode()
    assert 'name="0-kind" value="gauge"' in page and 'name="0-target"' in page


def test_the_file_of_a_board_goes_out_and_comes_in(sari: Person, client: Client) -> None:
    client = signed_in(sari)
    file = client.get("/wall/water/export")
    assert yaml.safe_load(file.content) == shipped_definitions()["water"] and "water.yaml" in file["Content-Disposition"]
    upload = BytesIO(file.content)
    upload.name = "water.yaml"
    assert client.post("/wall/new", {"file": upload})["Location"] == "/wall/water-2/edit"
    assert definition_of("water-2") == {**shipped_definitions()["water"], "code": "water-2"}


def test_a_shared_board_is_seen_by_those_named_and_changed_by_those_who_may(
    sari: Person, budi: Person, camat: Person, bpbd: Agency
) -> None:
    load_board(definition=OWN, by=sari)
    assert signed_in(camat).get("/wall/own").status_code == 200
    signed_in(sari).post("/wall/own/sharing", {"role-steward": "see"})
    assert signed_in(budi).get("/wall/own").status_code == 200 and signed_in(budi).get("/wall/own/edit").status_code == 403
    assert signed_in(camat).get("/wall/own").status_code == 404 and "Sendiri" not in signed_in(camat).get("/wall/").content.decode()
    signed_in(sari).post("/wall/own/sharing", {f"agency-{bpbd.pk}": "change"})
    assert signed_in(budi).get("/wall/own/edit").status_code == 200
    _screen, secret = add_screen(label="Dinding", by=None)
    screen = Client()
    screen.get(f"/wall/own?kiosk={secret}")
    assert screen.get("/wall/own").status_code == 404 and screen.get("/wall/water").status_code == 200


def test_the_owner_changes_a_board_without_the_right_to_change_all(sari: Person, camat: Person) -> None:
    load_board(definition=OWN, by=camat)
    assert signed_in(camat).get("/wall/own/edit").status_code == 200
    viewer = person_in_post("lain@mojokerto.test", "Lain", Role.VIEWER)
    assert signed_in(viewer).get("/wall/own/edit").status_code == 403
    assert signed_in(viewer).post("/wall/own/delete").status_code == 403


def test_a_deleted_board_comes_back_and_a_shipped_one_stands_again(sari: Person) -> None:
    client = signed_in(sari)
    load_board(definition={**OWN, "code": "water"}, by=sari)
    assert "Sendiri" in client.get("/wall/water").content.decode()
    client.post("/wall/water/delete")
    assert "Air dan bumi" in client.get("/wall/water").content.decode()
    client.post("/wall/water/back")
    assert "Sendiri" in client.get("/wall/water").content.decode()
    verbs = list(Entry.objects.filter(room="wall", about="/wall/water").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["loaded", "deleted", "brought-back"]
    assert client.post("/wall/health/delete").status_code == 302 and client.get("/wall/health").status_code == 200


def test_boards_follow_each_other_and_pass_over_what_is_not_there(sari: Person) -> None:
    scenes = [{"board": "water", "seconds": 20}, {"board": "gone", "seconds": 20}, {"board": "health", "seconds": 45}]
    load_board(definition={"code": "round", "title": "Bergilir", "scenes": scenes}, by=None)
    client = signed_in(sari)
    first, second = client.get("/wall/round").content.decode(), client.get("/wall/round?scene=1").content.decode()
    assert "Air dan bumi" in first and 'data-seconds="20"' in first and "1/2" in first and 'data-next="?scene=1"' in first
    assert "<h1>Kesehatan</h1>" in second and 'data-seconds="45"' in second and 'data-next="?scene=0"' in second


def test_a_wrong_file_of_a_board_is_explained_in_the_readers_words(sari: Person, client: Client) -> None:
    client.force_login(sari)
    upload = BytesIO(yaml.safe_dump({**OWN, "tiles": [{"kind": "ranking", "indicator": "a", "count": 0}]}).encode())
    upload.name = "own.yaml"
    assert "Ubin 1 (ranking): count adalah angka 1 sampai 50; isinya 0." in client.post("/wall/new", {"file": upload}).content.decode()
