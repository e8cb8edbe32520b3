"""What a killed supervisor left is ended at the next start, and nothing else is."""

import subprocess
import sys

import psutil
import pytest

from pendopo.supervise.keeper import boot_id, end_leftovers

# A leader and a child in one group, as a web application with a worker.
PROGRAM = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', 'pendopo']); time.sleep(60)"


@pytest.fixture
def group():
    """Two processes in a group of their own."""
    leader = subprocess.Popen([sys.executable, "-c", PROGRAM, "pendopo"], start_new_session=True)
    process = psutil.Process(leader.pid)
    while not process.children():
        pass
    yield process
    for member in (*process.children(), process) if process.is_running() else ():
        member.kill()
    leader.wait()


def status(process, **changes):
    part = {"pid": process.pid, "create_time": process.create_time(), **changes}
    return {"boot": boot_id(), "parts": {"Web": part}}


def test_the_whole_group_is_ended(group):
    members = [group, *group.children()]
    end_leftovers(status(group), seconds=5)
    gone, alive = psutil.wait_procs(members, timeout=5)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("strange", ["another boot", "an older process", "no status"])
def test_nobody_else_is_touched(group, strange):
    found = {
        "another boot": {**status(group), "boot": "0"},
        "an older process": status(group, create_time=group.create_time() + 60),
        "no status": {},
    }[strange]
    end_leftovers(found, seconds=1)
    assert group.is_running() and group.status() != psutil.STATUS_ZOMBIE
