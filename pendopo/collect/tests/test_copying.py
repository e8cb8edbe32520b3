"""Copies of configurations: secrets never leave, what changes by itself is no change, and a real SSH server is read."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pendopo.bus.messages import Copied, PollDevice
from pendopo.collect.access import read_access
from pendopo.collect.credentials import Credentials, WrongCredentials
from pendopo.collect.masking import MASK, masked, settled
from pendopo.collect.saving import Saver

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin") or ""

CISCO = """version 15.2
hostname R1
enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
username admin privilege 15 password 7 0822455D0A16
snmp-server community rahasia RO
tacacs-server host 10.1.1.1 key 7 02050D480809
interface Gi0/1
 ip address 10.0.0.1 255.255.255.0
 ip ospf message-digest-key 1 md5 7 rahasia
"""
MIKROTIK = """/interface wireless security-profiles set [ find default=yes ] wpa2-pre-shared-key="kata sandi panjang"
/snmp community set [ find default=yes ] authentication-password=rahasia123 encryption-password=rahasia456
/ppp secret add name=budi password=rahasia789 service=pptp
/ip address add address=10.0.0.2/30 interface=ether1
"""
JUNIPER = (
    'set system root-authentication encrypted-password "$6$abcdefgh$ijklmnopqrst"\nset snmp community rahasia authorization read-only\n'
)
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIrahasia\nlagi\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize("text", [CISCO, MIKROTIK, JUNIPER, KEY])
def test_no_secret_is_left_and_the_rest_stays(text: str) -> None:
    hidden = masked(text)
    for secret in ("rahasia", "0822455D0A16", "02050D480809", "hx5rVt7r", "kata sandi panjang", "ijklmnop"):
        assert secret not in hidden, hidden
    assert MASK in hidden and masked(hidden) == hidden
    assert hidden.count("\n") >= text.count("\n") - 1


def test_what_is_no_secret_is_kept() -> None:
    kept = [line for line in masked(CISCO + MIKROTIK).splitlines() if MASK not in line]
    assert "hostname R1" in kept and " ip address 10.0.0.1 255.255.255.0" in kept
    assert "/ip address add address=10.0.0.2/30 interface=ether1" in kept
    assert "username admin privilege 15" in masked(CISCO)


def test_what_changes_by_itself_is_no_change() -> None:
    first = "! Last configuration change at 10:00:00 WIB Sun Nov 29 2026\r\nhostname R1  \r\nntp clock-period 17180\r\n\r\n"
    second = "! Last configuration change at 11:00:00 WIB Sun Nov 29 2026\nhostname R1\nntp clock-period 17199\n"
    assert settled(first) == settled(second)


def test_the_file_of_credentials_knows_a_sign_in(tmp_path: Path) -> None:
    path = tmp_path / "snmp.yaml"
    path.write_text("r: {community: x, ssh: {user: cadangan, password: rahasia, port: 2222}}\nhanya: {ssh: {user: a, key: /k}}\n")
    found = read_access(path)
    assert found["r"].ssh is not None and found["r"].ssh.port == 2222 and "rahasia" not in repr(found)
    assert found["hanya"].ssh is not None and found["hanya"].ssh.key == "/k"
    for wrong in ("r: {ssh: x}", "r: {ssh: {password: x}}", "r: {ssh: {user: a, port: 0}}", "r: {ssh: {user: a, sandi: b}}"):
        path.write_text(wrong)
        with pytest.raises(WrongCredentials):
            read_access(path)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A real SSH server of this user on loopback: its port and the key that opens it."""
    if not SSHD:
        pytest.skip("No sshd on this machine: install it with `apt install openssh-server`.")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (tmp_path / "authorized").write_text((tmp_path / "user.pub").read_text())
    (tmp_path / "conf").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/authorized\nPidFile {tmp_path}/pid\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(tmp_path / "conf")], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port, tmp_path / "user"
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.slow
def test_a_real_server_is_read_in_a_process_of_its_own(sshd: tuple[int, Path], tmp_path: Path) -> None:
    port, key = sshd
    shown = tmp_path / "running"
    shown.write_text(MIKROTIK)
    asked = {"address": "127.0.0.1", "port": port, "platform": "linux", "user": "root", "key": str(key), "command": f"cat {shown}"}
    done = subprocess.run(
        [sys.executable, "-m", "pendopo.collect.copying"], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert "interface=ether1" in found.get("text", ""), found
    refused = subprocess.run(
        [sys.executable, "-m", "pendopo.collect.copying"],
        input=json.dumps({**asked, "user": "nobody"}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(refused.stdout) == {"why": "refuses the sign-in by SSH"}


async def test_a_device_without_a_sign_in_says_so_once_a_round_and_changes_are_followed() -> None:
    told: list[Copied] = []
    saver = Saver(told.append)
    device = PollDevice(code="r", address="10.0.0.1", region="35.16", platform="linux")
    plain = PollDevice(code="p", address="10.0.0.2", region="35.16")
    saver.follow({"r": (device, Credentials()), "p": (plain, Credentials())})
    task = asyncio.create_task(saver.run())
    await asyncio.sleep(0.1)
    task.cancel()
    assert [(copy.device, "no `ssh`" in copy.why) for copy in told] == [("r", True)]
    later = saver.due["r"]
    saver.changed("10.0.0.1")
    assert saver.due["r"] < later
