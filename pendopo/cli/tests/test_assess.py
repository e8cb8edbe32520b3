"""`pendopo assess score`: one JSON object a line, a sentence for a bad line, no server."""

import json

import pytest
from click.testing import CliRunner, Result

from pendopo.cli import main

HEADER = "name,D1,D2,D3,D4"


def run(text: str | bytes, *more: str) -> Result:
    """Scores standard input."""
    return CliRunner().invoke(main, ["assess", "score", "-", "--instrument", "spbe-2020", "--json", *more], input=text)


def test_a_line_gives_its_index_and_every_node_and_a_bad_one_a_sentence() -> None:
    done = run(f"{HEADER}\nContoh,3.70,3.40,3.00,3.20\nSalah,3.7,3.4,6,3.2\n\nKurang,3.7,3.4,,3.2\n")
    good, bad, missing = [json.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 1
    assert good == {
        "name": "Contoh",
        "index": 3.282,
        "predicate": "Baik",
        "near_threshold": False,
        "nodes": {"D1": 3.7, "D2": 3.4, "D3": 3.0, "D4": 3.2},
    }
    assert bad == {"name": "Salah", "error": "D3 (Manajemen SPBE) must be a number from 1 to 5, not '6'."}
    assert missing["error"].startswith("D3: no answer, so the index is incomplete: from 2.95 to 3.61.")


def test_a_semicolon_file_with_a_mark_and_columns_in_any_order() -> None:
    done = run("\ufeffD4;D3;name;D2;D1\n3.20;3.00;Contoh;3.40;3.70\n".encode())
    assert done.exit_code == 0 and json.loads(done.output)["index"] == 3.282


def test_a_decimal_comma_is_explained() -> None:
    done = run(f"{HEADER}\nKoma,3,70,3,40,3,00,3,20\n")
    assert done.exit_code == 1 and "A decimal is written with a point" in json.loads(done.output)["error"]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("name,D1,D2,D3", "lacks D4"),
        ("name,D1,D2,D3,A1", "one depth"),
        ("name,D1,D2,D3,D9", "no such nodes, or they stand twice: D9"),
        ("name,D1,D1,D2,D3,D4", "stand twice: D1"),
        ("nama,D1,D2,D3,D4", "must hold `name`"),
        ("", "must hold `name`"),
    ],
)
def test_a_header_that_cannot_be_scored_is_refused(header: str, sentence: str) -> None:
    done = run(f"{header}\nContoh,3,3,3,3\n")
    assert done.exit_code == 1 and sentence in done.output


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    done = run(b"name,D1,D2,D3,D4\nKabupat\xe9n,1,2,3,4\n")
    assert done.exit_code == 1 and "UTF-8" in done.output
