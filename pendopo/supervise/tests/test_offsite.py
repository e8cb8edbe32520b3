"""Copies of backups off the machine, to a server with the S3 interface."""

import secrets
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


def test_another_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is not known"):
        copy_away(backup(tmp_path, NOW), "gopher://x/y")
