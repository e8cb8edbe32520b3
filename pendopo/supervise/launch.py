"""Becomes a child of the supervisor: drops root, arranges to die with the parent, and turns into the wanted program.

A program of its own, run as `python -I -S launch.py PLAN -- PROGRAM ARGUMENT…`; it uses nothing but the standard library, because
it runs before the service account may be able to reach anything else. PLAN is JSON:

    parent   process id of the supervisor; the child ends at once if that is no longer its parent
    signal   what the kernel sends the child when the supervisor dies
    account  null, or [name, uid, gid] to become
    low_port whether the child may listen below port 1024 although it is not root
    probes   whether the child may send ICMP although it is not root
    reveal   {folder the account may not enter: [paths below it that the child needs]}

`reveal` is how a data folder or an interpreter below a private folder such as /root works without opening that folder to anyone:
the child gets a mount namespace of its own in which the private folder is an empty one that holds just the named paths. Nothing
changes for any other process, and nothing is left behind.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 0x1000, 0x4000, 1 << 18, 2, 4
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_NET_BIND_SERVICE, CAP_NET_RAW = 10, 13
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, doing: str) -> None:
    """Ends the program with a sentence when a system call failed."""
    if result != 0:
        number = ctypes.get_errno()
        sys.exit(f"{doing}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """mount(2)."""
    arguments = (source.encode(), target.encode(), kind.encode(), flags, options.encode())
    check(libc.mount(arguments[0], arguments[1], arguments[2], ctypes.c_ulong(flags), arguments[4]), f"mount {target}")


def reveal(folder: str, paths: list[str]) -> None:
    """Covers a private folder with an empty one that holds only `paths`, in this process's own mount namespace."""
    handles = [(path, os.open(path, os.O_PATH)) for path in sorted(paths)]
    mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k")
    for path, handle in handles:
        place = Path(path)
        if place.exists():
            continue
        if os.path.isdir(f"/proc/self/fd/{handle}"):  # noqa: PTH112
            place.mkdir(parents=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        mount(f"/proc/self/fd/{handle}", path, "", MS_BIND | MS_REC)


def drop(uid: int, gid: int, kept: list[int]) -> None:
    """Becomes an ordinary user for good; keeps these capabilities and no others."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    if kept:
        check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    os.setresuid(uid, uid, uid)
    if kept:
        bits = sum(1 << capability for capability in kept)
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        check(libc.capset(header, (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)), "capset")
        for capability in kept:
            check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0), "prctl")


def become(plan: dict[str, object], program: list[str]) -> None:
    """Follows the plan, then runs the program in this process. Does not return."""
    hidden = plan.get("reveal") or {}
    assert isinstance(hidden, dict)
    if hidden:
        check(libc.unshare(CLONE_NEWNS), "unshare")
        mount("", "/", "", MS_REC | MS_PRIVATE)
        for folder in sorted(hidden):
            reveal(folder, hidden[folder])
    os.chdir("/")
    os.umask(0o077)
    account = plan.get("account")
    if account:
        assert isinstance(account, list)
        wishes = {"low_port": CAP_NET_BIND_SERVICE, "probes": CAP_NET_RAW}
        drop(account[1], account[2], [capability for wish, capability in wishes.items() if plan.get(wish)])
    check(libc.prctl(PR_SET_PDEATHSIG, plan["signal"], 0, 0, 0), "prctl")
    if os.getppid() != plan["parent"]:
        sys.exit("the supervisor has ended")
    os.execv(program[0], program)  # noqa: S606


if __name__ == "__main__":
    become(json.loads(sys.argv[1]), sys.argv[3:])
