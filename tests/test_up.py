"""`pendopo up`: comes up, is refused twice, restarts what dies, and leaves nothing behind however it ends."""

import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode

import psutil
import psycopg
import pytest

from tests.installations import STARTS_WITHIN_S, Up, patience, pendopo, wait_for

pytestmark = pytest.mark.alone

MEDIA = ["Janus"] if shutil.which("janus") else []
PARTS = ["PostgreSQL", "NATS", *MEDIA, "Web", "Work"]
READY_ON_EXISTING_S = 8.0
STOPS_WITHIN_S = 10.0
MEGABYTE = 1024**2
BACK_WITHIN_S = 10.0


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    """One installation for the tests that leave it running. pytest's folders are 0700 and belong to whoever runs the tests."""
    with Up(tmp_path_factory.mktemp("up") / "data") as running:
        yield running


def alive(pids: list[int]) -> list[int]:
    """Those that still run."""
    living = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                living.append(pid)
        except psutil.NoSuchProcess:
            pass
    return living


def test_a_progress_line_for_every_part_and_the_address(up):
    said = up.said()
    for part in [*PARTS, "Database schema"]:
        assert f"✓ {part}" in said, said
    assert f"http://127.0.0.1:{up.port}/" in said


def test_every_part_answers(up):
    status, body = up.get("/readyz")
    assert status == 200
    assert {name: part["ready"] for name, part in json.loads(body)["parts"].items()} == {
        "database": True,
        "bus": True,
        "work": True,
        "disk": True,
        **({"media": True} if MEDIA else {}),
    }
    assert up.get("/healthz")[0] == 200


def test_an_endless_body_is_refused_and_costs_no_memory(up):
    """Sent in chunks, so that it never says how long it is: refused at 256 MB, kept neither in memory nor on the disk."""
    workers = [psutil.Process(up.pid("Web")), *psutil.Process(up.pid("Web")).children(recursive=True)]
    before, free = sum(process.memory_info().rss for process in workers), shutil.disk_usage(up.data).free
    piece = bytes(MEGABYTE)
    with socket.create_connection(("127.0.0.1", up.port), timeout=60) as line:
        line.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent = 0
        try:
            while sent < 400 and not select.select([line], [], [], 0)[0]:
                line.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                sent += 1
        except (BrokenPipeError, ConnectionResetError):
            assert sent > 200
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 "), (sent, answer[:200])
    assert 200 < sent < 400
    grown = sum(process.memory_info().rss for process in workers if process.is_running()) - before
    assert grown < 100 * MEGABYTE, grown
    wait_for(lambda: shutil.disk_usage(up.data).free > free - 100 * MEGABYTE, 20 * patience())


def test_web_workers_count_failed_sign_ins_together(up):
    """Each attempt is a connection of its own, so that both workers answer some; five for one person are allowed and not five a worker."""

    def attempt() -> str:
        line = http.client.HTTPConnection("127.0.0.1", up.port, timeout=30)
        line.request("GET", "/accounts/login/")
        answer = line.getresponse()
        page, cookie = answer.read().decode(), answer.headers["Set-Cookie"].split(";")[0]
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
        line.close()
        body = urlencode({"csrfmiddlewaretoken": token[1], "login": "nobody@x.test", "password": "wrong"})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}
        line = http.client.HTTPConnection("127.0.0.1", up.port, timeout=30)
        line.request("POST", "/accounts/login/", body, headers)
        answer = line.getresponse()
        page = answer.read().decode()
        line.close()
        return page

    pages = [attempt() for _number in range(9)]
    limited = ["Terlalu banyak percobaan masuk" in page or "Too many failed" in page for page in pages]
    assert limited == [False] * 5 + [True] * 4


def test_rights_of_the_data_folder(up):
    assert stat.S_IMODE(up.data.stat().st_mode) == 0o711
    for entry in up.data.iterdir():
        assert stat.S_IMODE(entry.stat().st_mode) & 0o077 == 0, entry
    secrets = list((up.data / "secrets").iterdir())
    assert {"django", "nats"} <= {place.name for place in secrets}
    assert all(stat.S_IMODE(place.stat().st_mode) == 0o600 for place in secrets)


@pytest.mark.skipif(os.geteuid() != 0, reason="as an ordinary user everything runs as that user")
def test_only_the_supervisor_is_root(up):
    for process in up.family():
        assert process.uids().real != 0, process
    assert (up.data / "secrets").stat().st_uid == 0
    closed = [folder for folder in up.data.parents if stat.S_IMODE(folder.stat().st_mode) == 0o700]
    assert closed, "the test means to run below a private folder"
    for folder in closed:
        assert folder.stat().st_uid == 0


def test_nothing_listens_beyond_this_machine(up):
    for process in up.family():
        for connection in process.net_connections(kind="inet"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip in {"127.0.0.1", "::1"}, (process, connection)


def test_a_second_start_is_refused_with_a_sentence(up):
    again = pendopo("up", "--data", str(up.data), "--port", str(up.port + 1))
    assert again.returncode == 1
    assert f"process {up.process.pid}" in again.stderr
    assert f"http://127.0.0.1:{up.port}/" in again.stderr
    assert "Traceback" not in again.stderr


def test_a_taken_port_is_refused_with_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = pendopo("up", "--data", str(tmp_path / "data"), "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    done = pendopo("up", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "holds no installation" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["letter.txt"]


def test_a_demonstration_never_mixes_with_a_real_folder(up, tmp_path):
    (tmp_path / "kind").write_text("demo\n")
    done = pendopo("up", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "demonstration" in done.stderr


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_is_back_within_ten_seconds(up, part):
    before = up.pid(part)
    restarts = up.status()["parts"][part]["restarts"]
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: up.status()["parts"][part]["restarts"] > restarts, 5 * patience(), up.said)
    wait_for(lambda: up.pid(part) != before and up.status()["parts"][part]["ready"] and up.is_ready(), BACK_WITHIN_S * patience(), up.said)
    assert f"✗ {part}: ended by signal 9; starting it again" in up.said()
    wait_for(lambda: not up.zombies(), 15, up.said)


def test_a_killed_web_worker_is_replaced(up):
    worker = psutil.Process(up.pid("Web")).children()[0]
    worker.kill()

    def replaced():
        """Whether there are two workers again; a killed one counts as a child until it is buried."""
        workers = [child.pid for child in psutil.Process(up.pid("Web")).children()]
        return len(workers) == 2 and worker.pid not in workers and up.is_ready()

    wait_for(replaced, BACK_WITHIN_S * patience(), up.said)
    for _ in range(20):
        assert up.get("/healthz")[0] == 200


def test_a_hung_part_is_restarted(up):
    before = up.pid("NATS")
    os.kill(before, signal.SIGSTOP)
    wait_for(lambda: up.pid("NATS") != before and up.is_ready(), 40 * patience(), up.said)
    assert "✗ NATS: does not answer any more" in up.said()


def test_stops_and_starts_again_quickly_and_keeps_what_it_had(tmp_path):
    first = Up(tmp_path / "data")
    with first:
        pids = [process.pid for process in first.family()]
        secret = (first.data / "secrets/django").read_text()
        assert len(pids) >= 4
    assert first.process.returncode == 0
    assert not alive(pids)
    begun = time.monotonic()
    with Up(tmp_path / "data", port=first.port) as second:
        seconds = time.monotonic() - begun
        assert "First sign-in" not in second.said()
        assert (second.data / "secrets/django").read_text() == secret
        # The whole process group gets the signal, as from Ctrl-C in a terminal.
        pids = [process.pid for process in second.family()]
        stopping = time.monotonic()
        os.killpg(second.process.pid, signal.SIGINT)
        second.process.wait(STOPS_WITHIN_S)
        assert time.monotonic() - stopping < STOPS_WITHIN_S
        assert second.process.returncode == 0
        assert not alive(pids)
    assert seconds < READY_ON_EXISTING_S * patience(), f"ready after {seconds:.1f} s"


def test_when_the_supervisor_is_killed_its_children_die_and_the_next_start_works(tmp_path):
    first = Up(tmp_path / "data").start().wait_ready()
    pids = [process.pid for process in first.family()]
    first.process.kill()
    first.process.wait()
    wait_for(lambda: not alive(pids), STOPS_WITHIN_S, lambda: str([psutil.Process(pid).cmdline() for pid in alive(pids)]))
    # And at once again, while the children are still going.
    second = Up(tmp_path / "data", port=first.port).start().wait_ready()
    second.process.kill()
    second.process.wait()
    with Up(tmp_path / "data", port=first.port) as third:
        assert third.is_ready()


def test_a_signal_while_starting_stops_everything(tmp_path):
    starting = Up(tmp_path / "data").start()
    wait_for(lambda: "PostgreSQL" in starting.status().get("parts", {}), 20, starting.said)
    pids = [process.pid for process in starting.family()]
    assert starting.stop() < STOPS_WITHIN_S
    assert not alive(pids)


def test_a_deep_folder_gets_its_socket_elsewhere(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60) / "data"
    deep.parent.mkdir(parents=True)
    with Up(deep) as running:
        assert running.is_ready()


def test_own_certificate(tmp_path):
    up = Up(tmp_path / "data", options=["--tls"]).start()
    try:
        wait_for(lambda: up.status().get("complete"), STARTS_WITHIN_S, up.said)
        authority = up.data / "run/tls/ca.crt"
        for address in (
            f"https://localhost:{up.port}/",
            f"https://127.0.0.1:{up.port}/ca.crt",
            f"https://{socket.gethostname()}:{up.port}/",
        ):
            found = f"{socket.gethostname()}:{up.port}:127.0.0.1"
            command = ["curl", "--silent", "--show-error", "--fail", "--cacert", str(authority), "--resolve", found, address]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (address, done.stderr)
            assert "<html" in done.stdout or done.stdout == authority.read_text()
        assert stat.S_IMODE((up.data / "secrets/ca.key").stat().st_mode) == 0o600
    finally:
        up.stop()


def test_external_services(up, tmp_path):
    """An installation whose database and bus run elsewhere: here, those of the first installation."""
    socket_folder = up.data / "run"
    bus = up.status()["ports"]["client"]
    database = f"postgresql://pendopo@/elsewhere?host={socket_folder}"
    with psycopg.connect(f"postgresql://pendopo@/postgres?host={socket_folder}", autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
    env = {
        "PENDOPO_DATABASE_URL": database,
        "PENDOPO_NATS_URL": f"nats://127.0.0.1:{bus}",
        "PENDOPO_NATS_USER": "pendopo",
        "PENDOPO_NATS_PASSWORD": (up.data / "secrets/nats").read_text().strip(),
    }
    with Up(tmp_path / "data", env=env) as running:
        assert set(running.status()["parts"]) == {"Web", "Work", *MEDIA}
        assert "(external)" in running.said()
        assert not (running.data / "postgres").exists()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PENDOPO_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "does not answer"),
        ("PENDOPO_NATS_URL", "nats://127.0.0.1:9", "does not answer"),
        ("PENDOPO_POSTGRES_BIN", "/nowhere", "holds no program"),
        ("PENDOPO_NATS_BIN", "/bin/true", "2.12 or newer is needed"),
    ],
)
def test_missing_services_are_named(tmp_path: Path, variable, value, sentence):
    done = pendopo("up", "--data", str(tmp_path / "data"), env={variable: value})
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
