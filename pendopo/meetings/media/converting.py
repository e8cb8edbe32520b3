"""Makes recordings playable in the background, ends those that nobody ended, and deletes them after their days. A loop of `work.py`.

The media server writes one file a stream; each becomes a WebM (`janus-pp-rec`, ffmpeg), and all together one film that can be wound.
Nothing of the meeting waits for it: a meeting may end, begin again or die meanwhile.
"""

import asyncio
import logging
import os
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from nats.aio.client import Client

from . import actions
from .logic import seat_of
from .models import ABSENT, BROKEN, SILENT, Recording, RecordingState
from .nodes import RECORDINGS, room_of
from .seats import in_database
from .tracks import Head, Track, head_of, mix

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
# The media server closes its files within this time after a recording was ended.
SETTLES = timedelta(seconds=4)
LONGEST_S = 4 * 3600
HEAD_BYTES = 4096
POLITE = 10


class Unplayable(Exception):
    """A recording that cannot be made playable: a name of `models.WHYS`, and what its sentence is filled with."""


async def run(_nc: Client, closing: asyncio.Event) -> None:
    """Looks for work until the house closes."""
    while not closing.is_set():
        await in_database(look, timezone.now())
        try:
            await asyncio.wait_for(closing.wait(), LOOK_EVERY_S)
        except TimeoutError:
            continue


def look(now: datetime) -> None:
    """One round: ends forgotten recordings, converts what waits, deletes what has had its days."""
    for forgotten in Recording.objects.filter(state=RecordingState.RUNNING, begun__lt=now - timedelta(minutes=2)):
        if not forgotten.meeting.attendance.present(now).exists():
            actions.end_recording(meeting=forgotten.meeting, people=actions.names_in(forgotten.meeting), by=None)
    for waiting in Recording.objects.filter(state=RecordingState.WAITING, ended__lt=now - SETTLES).order_by("ended"):
        convert(waiting)
    for old in Recording.objects.filter(state__in=[RecordingState.READY, RecordingState.FAILED], ended__lt=now - kept_for()):
        shutil.rmtree(folder_of(old), ignore_errors=True)
        for path, _head in written(old):
            path.unlink(missing_ok=True)
        actions.forget_recording(recording=old)


def kept_for() -> timedelta:
    """How long a recording is kept."""
    return timedelta(days=settings.RECORDING_DAYS)


def folder_of(recording: Recording) -> Path:
    """Where the playable files of a recording are."""
    return Path(settings.FILES_DIR) / RECORDINGS / "ready" / str(recording.pk)


def convert(recording: Recording) -> None:
    """Makes one recording playable, or notes why it cannot be."""
    target = folder_of(recording)
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = files_of(recording)
        tracks = [playable(path, head, recording, target, found[0][1].began) for path, head in found]
        run_tool("ffmpeg", *mix([Track(**{**vars(one), "file": str(target / one.file)}) for one in tracks], str(target / "film.webm")))
    except (Unplayable, OSError, ValueError) as problem:
        # One that cannot be read or written must not keep the others waiting.
        why = str(problem) if isinstance(problem, Unplayable) else f"{BROKEN} {problem}"
        logger.warning("media: recording %s: %s", recording.pk, why)
        actions.fail_recording(recording=recording, why=why)
        return
    actions.finish_recording(recording=recording, tracks=[vars(one) for one in tracks], mixed="film.webm")
    for path, _head in found:
        path.unlink(missing_ok=True)


def files_of(recording: Recording) -> list[tuple[Path, Head]]:
    """The files that the media server wrote for this recording, earliest first. Raises Unplayable when there are none."""
    found = written(recording)
    if not found:
        raise Unplayable(SILENT)
    return found


def written(recording: Recording) -> list[tuple[Path, Head]]:
    """The files that the media server wrote for this recording and that are still there, earliest first."""
    place = Path(settings.FILES_DIR) / RECORDINGS / room_of(recording.meeting.code)
    begun, ended = recording.begun - SETTLES, (recording.ended or recording.begun) + SETTLES
    found = []
    for path in place.glob("*.mjr"):
        with path.open("rb") as file:
            head = head_of(path.name, file.read(HEAD_BYTES))
        if head and begun <= head.began <= ended:
            found.append((path, head))
    return sorted(found, key=lambda one: one[1].began)


def playable(path: Path, head: Head, recording: Recording, target: Path, first: datetime) -> Track:
    """One stream as WebM. Raises Unplayable."""
    plain = target / f"{path.stem}.{'opus' if head.what == 'audio' else 'mp4' if head.codec == 'h264' else 'webm'}"
    run_tool("janus-pp-rec", str(path), str(plain))
    file = plain.with_suffix(".webm")
    if plain != file:
        codec = ["-c", "copy"] if head.what == "audio" else ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"]
        run_tool("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(plain), *codec, str(file))
        plain.unlink()
    seat = seat_of(head.feed)
    return Track(file.name, seat, recording.people.get(seat, ""), head.what, round((head.began - first).total_seconds(), 3))


def run_tool(name: str, *arguments: str) -> None:
    """Runs a program politely. Raises Unplayable when it is missing or fails."""
    try:
        subprocess.run(
            [name, *arguments], check=True, capture_output=True, text=True, timeout=LONGEST_S, preexec_fn=lambda: os.nice(POLITE) and None
        )
    except FileNotFoundError as problem:
        raise Unplayable(f"{ABSENT} {name}") from problem
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as problem:
        said = str(getattr(problem, "stderr", "") or problem).strip().splitlines()
        raise Unplayable(f"{BROKEN} {name}: {said[-1][:200] if said else 'failed'}") from problem
