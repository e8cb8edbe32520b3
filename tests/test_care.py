"""init, doctor, demo's folder and the offline bundle, from outside."""

import json
import os
import subprocess
import tarfile

import pytest

from tests.installations import ROOT, Up, clean_environment, first_sign_in, pendopo

pytestmark = pytest.mark.alone


def test_first_run_for_another_government(tmp_path):
    data = tmp_path / "data"
    done = pendopo("init", "--region", "35.78", "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert "Kota Surabaya" in done.stdout
    assert first_sign_in(done.stdout)
    again = pendopo("init", "--region", "35.78", "--data", str(data))
    assert again.returncode == 1 and "holds an installation already" in again.stderr
    with Up(data) as up:
        assert b"Kota Surabaya" in up.get("/")[1], "the region is kept with the installation"


@pytest.mark.parametrize("code", ["99.99", "3507", "35.07.01", "Malang"])
def test_an_unknown_region_makes_nothing(tmp_path, code):
    done = pendopo("init", "--region", code, "--data", str(tmp_path / "data"))
    assert done.returncode == 1 and "is not the code of a province or regency" in done.stderr
    assert not (tmp_path / "data").exists()


def doctor(*arguments, env=None):
    done = pendopo("doctor", "--json", *arguments, env=env)
    verdict = json.loads(done.stdout)
    return done.returncode, verdict["ok"], {finding["name"]: finding for finding in verdict["findings"]}


def test_doctor_names_what_is_missing_and_how_to_mend_it(tmp_path):
    code, ok, findings = doctor("--data", str(tmp_path / "data"))
    assert (code, ok) == (0, True)
    assert findings["postgresql"]["verdict"] == findings["nats"]["verdict"] == "ok"
    assert "pendopo up" in findings["data"]["mend"]
    code, ok, findings = doctor("--data", str(tmp_path / "data"), env={"PENDOPO_POSTGRES_BIN": "/nowhere", "PENDOPO_NATS_BIN": "/bin/true"})
    assert (code, ok) == (1, False)
    assert findings["postgresql"]["verdict"] == findings["nats"]["verdict"] == "missing"
    assert "make setup" in findings["postgresql"]["mend"] and "2.12" in findings["nats"]["about"]


def test_doctor_looks_into_an_installation(tmp_path):
    data = tmp_path / "data"
    with Up(data) as up:
        _, _, findings = doctor("--data", str(data), "--port", str(up.port))
        assert findings["port"]["verdict"] == "ok" and "this installation answers" in findings["port"]["about"]
        assert findings["part Web"]["verdict"] == "ok"
        (data / "secrets").chmod(0o755)
        code, _, findings = doctor("--data", str(data))
        assert code == 1 and f"chmod go-rwx {data}/secrets" in findings["data"]["mend"]
        (data / "secrets").chmod(0o700)


@pytest.mark.skipif(not os.environ.get("PENDOPO_LONG"), reason="fetches every wheel again; set PENDOPO_LONG=1")
@pytest.mark.skipif(os.geteuid() != 0, reason="takes the network away, which needs root")
def test_a_bundle_installs_without_internet(tmp_path):
    tmp_path.chmod(0o755)
    done = pendopo("bundle", str(tmp_path / "b.tar"), timeout=600)
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "b.tar") as tar:
        tar.extractall(tmp_path, filter="data")
    command = f"ip link set lo up; sh {tmp_path}/pendopo/install.sh {tmp_path}/opt && {tmp_path}/opt/venv/bin/pendopo --version"
    done = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", f"mount -t tmpfs none /usr/local/bin; {command}"],
        env=clean_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "pendopo, version" in done.stdout
