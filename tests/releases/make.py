"""Writes the backup of the version at hand, to be committed when it is tagged: `python -m tests.releases.make v0.1.0`.

The backup holds a fresh installation with one source, two indicators and a handful of figures: accepted, corrected, retracted,
quarantined and rejected ones. Beside it stands what the version answered about them.
"""

import json
import sys
import tempfile
from pathlib import Path

from tests.installations import Up, pendopo

PLACE = Path(__file__).parent
PASSPHRASE = "not a secret: a backup for tests"

CATALOGUE = """
sources:
  - {code: psda, name: "Dinas PU SDA", agency: "Dinas PU Sumber Daya Air"}
indicators:
  - {code: kasus, name: {id: Kasus}, unit: orang, every: 1d, grace: 1d, kind: count, rollup: sum, level: district, sources: [psda],
     publicity: public, checks: {range: [0, 1000]}}
  - {code: muka-air, name: {id: Muka air}, unit: m, every: 1h, grace: 1h, kind: gauge, rollup: mean, level: district, sources: [psda],
     publicity: public, checks: {step: 1.5}}
"""
ROWS = """indicator,region,at,value,note
kasus,35.16.01,2026-05-08,5,
kasus,35.16.02,2026-05-08,7,
kasus,35.16.02,2026-05-07,9,
kasus,35.16.03,2026-05-08,5000,
kasus,35.16.99,2026-05-08,1,
muka-air,35.16.01,2026-05-08T01:00:00Z,1.25,
muka-air,35.16.01,2026-05-08T02:00:00Z,9.75,
"""
CORRECTIONS = """indicator,region,at,value,note
kasus,35.16.01,2026-05-08,6,
kasus,35.16.02,2026-05-07,,salah kirim
"""
QUESTIONS = (
    "/api/v1/latest?region=35.16",
    "/api/v1/latest?region=35.16.01",
    "/api/v1/observations?indicator=kasus,muka-air",
    "/api/v1/indicators",
)


def answers(up: Up) -> dict[str, object]:
    """What an installation answers about the figures, without what depends on the time of asking."""
    found = {}
    for question in QUESTIONS:
        items = json.loads(up.get(question)[1])["items"]
        found[question] = [{name: value for name, value in item.items() if name not in ("age_s", "freshness")} for item in items]
    return found


def run(*arguments: str, **env: str) -> None:
    """A command that must succeed."""
    done = pendopo(*arguments, env=env)
    assert done.returncode == 0, done.stdout + done.stderr


def main(name: str) -> None:
    """Makes `<name>.pendopo` and `<name>.json`."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for file, text in (("catalogue.yaml", CATALOGUE), ("rows.csv", ROWS), ("corrections.csv", CORRECTIONS)):
            (place / file).write_text(text, encoding="utf-8")
        data = place / "data"
        with Up(data) as up:
            run("catalogue", "load", str(place / "catalogue.yaml"), "--data", str(data))
            for file in ("rows.csv", "corrections.csv"):
                run("ingest", str(place / file), "--source", "psda", "--data", str(data))
            (PLACE / f"{name}.json").write_text(json.dumps(answers(up), indent=1, sort_keys=True) + "\n", encoding="utf-8")
            (PLACE / f"{name}.pendopo").unlink(missing_ok=True)
            run("backup", str(PLACE / f"{name}.pendopo"), "--data", str(data), PENDOPO_BACKUP_PASSPHRASE=PASSPHRASE)


if __name__ == "__main__":
    main(sys.argv[1])
