"""`pendopo epi rt`: the reproduction number from a file, without a server."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pendopo.cli import main
from pendopo.indicators.epidemics.tests.test_logic import FLU, INTERVAL

OUTBREAKS = Path(__file__).resolve().parents[4] / "shared/data/epidemic/epiestim_bundled_data.json"
BY_MEAN = ("--si-mean", "2.6", "--si-sd", "1.5")


def run(folder: Path, text: str, *options: str) -> Result:
    """Estimates from a file with this text."""
    (folder / "cases.csv").write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["epi", "rt", str(folder / "cases.csv"), *options])


def cases(numbers: list[int]) -> str:
    """A file without dates."""
    return "\n".join(["cases", *map(str, numbers), ""])


def test_one_object_a_window_with_either_kind_of_interval(tmp_path: Path) -> None:
    (tmp_path / "si.csv").write_text("\n".join(["p", *map(str, INTERVAL)]))
    given = run(tmp_path, cases(FLU), "--si-file", str(tmp_path / "si.csv"), "--json")
    assert given.exit_code == 0, given.output
    lines = [json.loads(line) for line in given.output.splitlines()]
    assert len(lines) == len(FLU) - 7
    assert list(lines[0]) == ["t_start", "t_end", "mean", "sd", "q025", "median", "q975"]
    assert (lines[0]["t_start"], lines[0]["t_end"], lines[0]["mean"]) == (2, 8, pytest.approx(1.7356089, rel=1e-6))
    by_mean = json.loads(run(tmp_path, cases(FLU), *BY_MEAN, "--json").output.splitlines()[0])
    assert by_mean["mean"] == pytest.approx(1.7357977, rel=1e-6)


def test_words_for_people_and_dates(tmp_path: Path) -> None:
    rows = "\n".join(f"2026-02-{day:02},{10 + day}" for day in range(20, 29)) + "\n2026-03-01,44\n"
    done = run(tmp_path, "\ufeffdate,cases\r\n" + rows, *BY_MEAN)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0] == "days 2-8: 1.36 (1.19 to 1.54)"


@pytest.mark.parametrize(
    ("text", "options", "sentence", "code"),
    [
        ("date,cases\n2026-01-01,1\n2026-01-03,1\n", BY_MEAN, "Row 2: 2026-01-03 does not follow 2026-01-01", 1),
        ("date,cases\n1 Januari,1\n", BY_MEAN, "'1 Januari' is no date", 1),
        ("cases\n3\n\n-1\n", BY_MEAN, "is no number of 0 or more", 1),
        ("cases\n3\nnan\n", BY_MEAN, "Row 2: 'nan' is no number", 1),
        ("kasus\n3\n", BY_MEAN, "column cases", 1),
        (cases([1, 2, 3]), BY_MEAN, "at least 8 days", 1),
        (cases(FLU), ("--si-mean", "2.6"), "Give the serial interval once", 2),
        (cases(FLU), (), "Give the serial interval once", 2),
        (cases(FLU), ("--si-mean", "1", "--si-sd", "1"), "more than 1 day", 1),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, options: tuple[str, ...], sentence: str, code: int) -> None:
    done = run(tmp_path, text, *options)
    assert (done.exit_code, sentence in done.output) == (code, True), done.output


def test_five_classic_outbreaks(tmp_path: Path) -> None:
    """Real series: each spreads at some time (Rt over 1.2), and each falls under 1 in its second half."""
    if not OUTBREAKS.exists():
        pytest.skip("the recorded files are not beside this checkout (../shared/data)")
    for name, outbreak in json.loads(OUTBREAKS.read_text()).items():
        (tmp_path / "si.csv").write_text("\n".join(["p", *map(str, outbreak["si_distr"])]))
        done = run(tmp_path, cases(outbreak["incidence"]), "--si-file", str(tmp_path / "si.csv"), "--json")
        assert done.exit_code == 0, (name, done.output)
        means = [json.loads(line)["mean"] for line in done.output.splitlines()]
        assert max(means) > 1.2 and min(means[len(means) // 2 :]) < 1, name
