"""What stands in the files that the media server records, and how a meeting's tracks are put together into one film. Pure."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

MAGIC = b"MJR00002"
NAME = re.compile(r"-user-(?P<feed>.+)-\d+-(?:audio|video)-\d+\.mjr$")
WIDTH, HEIGHT, PER_ROW, MAX_PICTURES = 640, 360, 3, 9


@dataclass(frozen=True)
class Head:
    """The head of a recorded file: `what` (audio, video), codec, whose stream, and when its first packet came."""

    what: str
    codec: str
    feed: str
    began: datetime


@dataclass(frozen=True)
class Track:
    """A converted file: whose it is, audio or video, and how many seconds after the first one it begins."""

    file: str
    seat: str
    name: str
    what: str
    offset_s: float


def head_of(name: str, data: bytes) -> Head | None:
    """The head of a file by its name and first bytes; None when it is no recording of sound or picture with content."""
    found = NAME.search(name)
    if found is None or data[:8] != MAGIC or len(data) < 10:
        return None
    try:
        words = json.loads(data[10 : 10 + int.from_bytes(data[8:10], "big")])
        began = datetime.fromtimestamp(words["u"] / 1e6, UTC)
        return Head({"a": "audio", "v": "video"}[words["t"]], str(words["c"]), found["feed"], began)
    except (ValueError, KeyError, TypeError):
        return None


def mix(tracks: list[Track], target: str) -> list[str]:
    """The arguments of ffmpeg for one seekable WebM: every voice at its time, up to nine pictures side by side."""
    voices = [(number, one) for number, one in enumerate(tracks) if one.what == "audio"]
    faces = [(number, one) for number, one in enumerate(tracks) if one.what == "video"][:MAX_PICTURES]
    parts, maps = [], []
    for number, one in voices:
        parts.append(f"[{number}:a]aresample=48000:async=1,adelay={round(one.offset_s * 1000)}:all=1[a{number}]")
    if voices:
        parts.append("".join(f"[a{number}]" for number, _one in voices) + f"amix=inputs={len(voices)}:normalize=0[sound]")
        maps += ["-map", "[sound]", "-c:a", "libopus", "-b:a", "48k"]
    size = f"scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=decrease,pad={WIDTH}:{HEIGHT}:(ow-iw)/2:(oh-ih)/2"
    for number, one in faces:
        parts.append(f"[{number}:v]fps=15,{size},setsar=1,tpad=start_duration={one.offset_s:.3f}[v{number}]")
    if len(faces) > 1:
        places = "|".join(f"{at % PER_ROW * WIDTH}_{at // PER_ROW * HEIGHT}" for at in range(len(faces)))
        stacked = "".join(f"[v{number}]" for number, _one in faces)
        parts.append(f"{stacked}xstack=inputs={len(faces)}:layout={places}:fill=black[picture]")
    if faces:
        shown = "[picture]" if len(faces) > 1 else f"[v{faces[0][0]}]"
        maps += ["-map", shown, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", "-g", "150"]
    inputs = [word for one in tracks for word in ("-i", one.file)]
    return ["-nostdin", "-v", "error", "-y", *inputs, "-filter_complex", ";".join(parts), *maps, "-threads", "1", target]
