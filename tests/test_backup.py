"""Backup, restoration, nightly backups, and changes of the schema that fail half-way."""

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from pendopo.supervise import backup
from pendopo.supervise.folder import DataFolder
from pendopo.supervise.refusal import Refusal
from pendopo.supervise.rehearsal import rehearse
from tests.installations import ROOT, Up, clean_environment, pendopo

pytestmark = pytest.mark.alone


def database(data):
    return psycopg.connect(f"postgresql://pendopo@/pendopo?host={data}/run", autocommit=True)


def facts(data):
    """What must be the same before and after."""
    with database(data) as connection:
        people = connection.execute("SELECT email, password FROM agencies_person ORDER BY email").fetchall()
        regions = connection.execute("SELECT count(*), max(code) FROM regions_region").fetchone()
        book = connection.execute("SELECT count(*), max(seq) FROM audit_entry").fetchone()
        migrations = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    return people, regions, book, migrations


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """An installation with a kept file, its backup made while it runs, and what it held."""
    place = tmp_path_factory.mktemp("saved")
    data = place / "data"
    with Up(data):
        (data / "files/ab").mkdir()
        (data / "files/ab/abcdef").write_text("the file as it was delivered")
        before = facts(data)
        done = pendopo("backup", str(place / "b.pendopo"), "--data", str(data))
        assert done.returncode == 0, done.stderr
    return place, before


def test_a_backup_is_private_and_its_key_lies_apart(saved):
    place, _ = saved
    archive, key = place / "b.pendopo", place / "b.pendopo.key"
    assert stat.S_IMODE(archive.stat().st_mode) == stat.S_IMODE(key.stat().st_mode) == 0o600
    content = archive.read_bytes()
    assert b"admin@pendopo.local" not in content and b"as it was delivered" not in content
    assert key.read_text() == (place / "data/secrets/backup").read_text()


def test_restored_elsewhere_everything_is_there_and_it_runs(saved, tmp_path):
    place, before = saved
    data = tmp_path / "new"
    done = pendopo("restore", str(place / "b.pendopo"), "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert (data / "files/ab/abcdef").read_text() == "the file as it was delivered"
    assert (data / "files/ab/abcdef").stat().st_uid == (data / "files").stat().st_uid
    for secret in ("django", "nats", "backup"):
        assert (data / "secrets" / secret).read_text() == (place / "data/secrets" / secret).read_text()
        assert stat.S_IMODE((data / "secrets" / secret).stat().st_mode) == 0o600
    with Up(data) as up:
        assert facts(data) == before
        assert "First sign-in" not in up.said()
        verified = pendopo("verify", "--data", str(data))
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_used_folder_is_refused_and_with_replace_moved_aside(saved, tmp_path):
    place, before = saved
    data = tmp_path / "data"
    (data / "files").mkdir(parents=True)
    (data / "kind").write_text("real\n")
    (data / "files/precious").write_text("older")
    refused = pendopo("restore", str(place / "b.pendopo"), "--data", str(data))
    assert refused.returncode == 1 and "not empty" in refused.stderr
    assert (data / "files/precious").read_text() == "older"
    done = pendopo("restore", str(place / "b.pendopo"), "--data", str(data), "--replace")
    assert done.returncode == 0, done.stderr
    aside = next(tmp_path.glob("data.before-restore-*"))
    assert (aside / "files/precious").read_text() == "older"


def test_a_running_installation_is_never_replaced(saved, tmp_path):
    place, _ = saved
    data = tmp_path / "data"
    assert pendopo("restore", str(place / "b.pendopo"), "--data", str(data)).returncode == 0
    with Up(data) as up:
        refused = pendopo("restore", str(place / "b.pendopo"), "--data", str(data), "--replace")
        assert refused.returncode == 1 and "already runs" in refused.stderr
        assert up.is_ready()


def test_a_damaged_backup_changes_nothing(saved, tmp_path):
    place, _ = saved
    broken = tmp_path / "broken.pendopo"
    content = bytearray((place / "b.pendopo").read_bytes())
    content[len(content) // 2] ^= 1
    broken.write_bytes(content)
    (tmp_path / "broken.pendopo.key").write_text((place / "b.pendopo.key").read_text())
    for file, sentence in ((broken, "damaged"), (tmp_path / "none.pendopo", "does not exist")):
        done = pendopo("restore", str(file), "--data", str(tmp_path / "data"))
        assert done.returncode == 1 and sentence in done.stderr and "Traceback" not in done.stderr
        assert not (tmp_path / "data").exists()


def test_a_passphrase_opens_what_it_locked(saved, tmp_path):
    place, _ = saved
    env = {"PENDOPO_BACKUP_PASSPHRASE": "nasi goreng kambing"}
    done = pendopo("backup", str(tmp_path / "p.pendopo"), "--data", str(place / "data"), env=env)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "p.pendopo.key").exists()
    refused = pendopo("restore", str(tmp_path / "p.pendopo"), "--data", str(tmp_path / "data"))
    assert refused.returncode == 1 and "PENDOPO_BACKUP_PASSPHRASE" in refused.stderr
    assert pendopo("restore", str(tmp_path / "p.pendopo"), "--data", str(tmp_path / "data"), env=env).returncode == 0


def nightly(data, env):
    url = f"postgresql://pendopo@/pendopo?host={data}/run"
    command = [sys.executable, "-m", "pendopo.supervise.nightly", str(data), url]
    done = subprocess.run(command, env=clean_environment(env), cwd=ROOT, capture_output=True, text=True, check=False)
    return done, json.loads((data / "run/backup.json").read_text())


def test_nightly_backups_are_copied_away_thinned_out_and_failures_recorded(saved, tmp_path):
    place, _ = saved
    data, share = place / "data", tmp_path / "share"
    share.mkdir()
    for year in (2019, 2020):
        for month in range(1, 13):
            (share / f"nightly-{year}{month:02}01-183000.pendopo").touch()
    with Up(data):
        done, record = nightly(data, {"PENDOPO_BACKUP_TO": str(share)})
        assert done.returncode == 0, done.stderr
        made = next((data / "backups").glob("nightly-*.pendopo"))
        assert (share / made.name).read_bytes() == made.read_bytes()
        assert record["bytes"] == made.stat().st_size
        assert record["tested"] == record["last_success"]
        with database(data) as connection:
            assert record["compared"]["rows"] >= connection.execute("SELECT count(*) FROM regions_region").fetchone()[0] > 0
            assert connection.execute("SELECT 1 FROM pg_database WHERE datname = 'pendopo_rehearsal'").fetchone() is None
        assert datetime.now(UTC) - datetime.fromisoformat(record["last_success"]) < timedelta(minutes=1)
        assert not (share / "nightly-20190101-183000.pendopo").exists()
        assert (share / "nightly-20201201-183000.pendopo").exists()
        done, record = nightly(data, {"PENDOPO_BACKUP_TO": str(tmp_path / "unplugged")})
        assert done.returncode == 1
        assert "is not there" in record["reason"] and record["last_failure"]


def test_a_backup_that_does_not_hold_what_was_saved_is_told(saved, monkeypatch):
    """The rehearsal compares what it restored with what was counted in the moment of the backup."""
    place, _ = saved
    data = place / "data"
    folder = DataFolder(data, None)
    with Up(data):
        url = f"postgresql://pendopo@/pendopo?host={data}/run"
        counted = backup.contents

        def one_too_many(connection):
            found = counted(connection)
            found["rows"]["regions_region"] += 1
            return found

        monkeypatch.setattr(backup, "contents", one_too_many)
        target = place / "wrong.pendopo"
        backup.make_backup(folder, url, target, backup.own_secret(folder))
        with pytest.raises(Refusal, match="the table regions_region has"):
            rehearse(folder, url, target, [backup.own_secret(folder)])


def older(data):
    """Takes the newest reversible migration of the audit room back, as if an older version had made the database."""
    env = clean_environment({"PENDOPO_DATABASE_URL": f"postgresql://pendopo@/pendopo?host={data}/run", "PENDOPO_SECRET_KEY": "x"})
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "wall", "zero"]
    subprocess.run(command, env=env, cwd=ROOT, check=True)


def test_an_older_schema_is_changed_after_a_backup(saved, tmp_path):
    place, before = saved
    data = tmp_path / "data"
    assert pendopo("restore", str(place / "b.pendopo"), "--data", str(data)).returncode == 0
    with Up(data):
        older(data)
    with Up(data) as up:
        assert "A backup from before the change" in up.said()
        assert {tuple(row) for row in facts(data)[3]} == {tuple(row) for row in before[3]}
        with database(data) as connection:
            assert connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'pendopo_%'").fetchone() == (0,)
    assert len(list((data / "backups").glob("before-change-*.pendopo"))) == 1


def test_a_change_that_fails_is_undone(saved, tmp_path):
    place, _ = saved
    data = tmp_path / "data"
    assert pendopo("restore", str(place / "b.pendopo"), "--data", str(data)).returncode == 0
    with Up(data), database(data) as connection:
        # The table is there already, so that the migration which makes it fails after others went well.
        connection.execute("DELETE FROM django_migrations WHERE app = 'wall'")
    failed = pendopo("up", "--data", str(data))
    assert failed.returncode == 1
    assert "was undone; nothing is lost" in failed.stderr, failed.stderr
    assert "Traceback" not in failed.stderr.split("See ")[0]
    # And the same by hand: the command says so, and what was there is there.
    done = pendopo("upgrade", "--data", str(data))
    assert done.returncode == 1 and "was undone" in done.stderr
    assert (data / "postgres/PG_VERSION").exists()


def test_a_newer_database_is_refused(saved, tmp_path):
    place, _ = saved
    data = tmp_path / "data"
    assert pendopo("restore", str(place / "b.pendopo"), "--data", str(data)).returncode == 0
    with Up(data), database(data) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999_from_the_future', now())")
    refused = pendopo("up", "--data", str(data))
    assert refused.returncode == 1
    assert "A newer version of Pendopo has changed this database (audit.9999_from_the_future)" in refused.stderr
