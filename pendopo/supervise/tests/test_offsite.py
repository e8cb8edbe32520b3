"""Copies of backups off the machine, to servers that speak S3 and SFTP."""

import getpass
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from pendopo.supervise.backup import nightly_name
from pendopo.supervise.offsite import copy_away
from pendopo.supervise.refusal import Refusal
from pendopo.supervise.retention import to_keep

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty place in a store."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    name = f"copies-{secrets.token_hex(4)}"
    host, port = server.get_host_and_port()
    settings = {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "REGION": "ap-southeast-3", "ENDPOINT": f"http://{host}:{port}"}
    for variable, value in settings.items():
        monkeypatch.setenv(f"AWS_{variable}", value)
    boto3.client("s3", endpoint_url=settings["ENDPOINT"]).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": settings["REGION"]}
    )
    yield f"s3://{name}/mojokerto"
    server.stop()


def backup(folder: Path, moment: datetime) -> Path:
    made = folder / nightly_name(moment)
    made.write_bytes(b"locked" * 1000)
    return made


def test_a_copy_arrives_whole_and_old_ones_are_thinned_out(bucket: str, tmp_path: Path) -> None:
    for days in range(40, -1, -1):
        copy_away(backup(tmp_path, NOW - timedelta(days=days)), bucket)
    store = S3Store.from_url(bucket, client_options={"allow_http": True})
    names = sorted(found["path"] for found in obstore.list(store).collect())
    assert nightly_name(NOW) in names
    assert 8 <= len(names) <= 7 + 4 + 12
    assert bytes(obstore.get(store, nightly_name(NOW)).bytes()) == b"locked" * 1000


def test_a_bucket_that_is_not_there_is_a_refusal_with_its_reason(bucket: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="could not be copied to s3://missing"):
        copy_away(backup(tmp_path, NOW), "s3://missing/x")


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty folder behind an OpenSSH server of our own; the client is the machine's, with a configuration of its own."""
    server, client = shutil.which("sshd", path="/usr/sbin:/usr/bin"), shutil.which("sftp")
    if server is None or client is None:
        pytest.skip("needs the programs of openssh-server and openssh-client")
    for key in ("host", "own"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / key)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {(tmp_path / 'host.pub').read_text()}")
    (tmp_path / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/own.pub\nPidFile none\nUsePAM no\n"
        "StrictModes no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
    )
    (tmp_path / "ssh_config").write_text(f"IdentityFile {tmp_path}/own\nIdentitiesOnly yes\nUserKnownHostsFile {tmp_path}/known\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sftp").write_text(f'#!/bin/sh\nexec {client} -F {tmp_path}/ssh_config "$@"\n')
    (tmp_path / "bin/sftp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=":")
    if Path("/run").is_dir() and os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where OpenSSH locks up its unprivileged half
    running = subprocess.Popen([server, "-D", "-e", "-f", str(tmp_path / "sshd_config")], stderr=subprocess.DEVNULL)
    try:
        for _turn in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        (tmp_path / "far away").mkdir()
        yield f"sftp://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}/far%20away"
    finally:
        running.terminate()
        running.wait()


def test_a_copy_goes_by_sftp_and_old_ones_are_thinned_out(sftp: str, tmp_path: Path) -> None:
    moments = [NOW - timedelta(days=days) for days in range(40, -1, -1)]
    place = tmp_path / "far away"
    for moment in moments[:-1]:
        backup(place, moment)
    (place / "keep.txt").write_text("not ours")
    copy_away(backup(tmp_path, NOW), sftp)
    names = {found.name for found in place.iterdir()}
    assert names == {nightly_name(moment) for moment in to_keep(moments)} | {"keep.txt"}
    assert (place / nightly_name(NOW)).read_bytes() == b"locked" * 1000


def test_what_the_sftp_server_refuses_is_a_refusal_with_its_reason(sftp: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="could not be copied to .*No such file"):
        copy_away(backup(tmp_path, NOW), f"{sftp}/missing")
    (tmp_path / "known").write_text("")
    with pytest.raises(Refusal, match="could not be copied to"):
        copy_away(backup(tmp_path, NOW), sftp)


def test_another_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is not known"):
        copy_away(backup(tmp_path, NOW), "gopher://x/y")
