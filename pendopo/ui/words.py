"""Numbers, times and ages in words, the Indonesian way or the English way. Pure: `now`, zone and language are arguments.

The browser writes the same (islands/lib/words.ts); both are tested with tests/words.json.
"""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

MONTHS = {
    "id": ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}
MONTHS_SHORT = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
DAYS = {
    "id": ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}

DASH = "–"

# (up to this many seconds, length of the unit in seconds, Indonesian, English singular)
AGE_STEPS = (
    (90, 1, "detik", "second"),
    (90 * 60, 60, "menit", "minute"),
    (36 * 3600, 3600, "jam", "hour"),
    (60 * 86_400, 86_400, "hari", "day"),
    (730 * 86_400, 30.436875 * 86_400, "bulan", "month"),
    (math.inf, 365.2425 * 86_400, "tahun", "year"),
)


def language_of(language: str | None) -> str:
    """The table to use for a Django language code: `id` unless English."""
    return "en" if (language or "").startswith("en") else "id"


def number_text(value: float | None, decimals: int = 0, language: str = "id") -> str:
    """`1.156.144` or `3,25` (id), `1,156,144` or `3.25` (en); a dash for no report. Trailing zeros are kept: they say the precision."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    text = text.replace("-", "\u2212")
    if language == "id":
        return text.translate(str.maketrans(",.", ".,"))
    return text


def exact_text(value: float | None, language: str = "id") -> str:
    """A number with as many decimals as it has, at most 10: for origins, where rounding would hide something."""
    if value is None:
        return DASH
    text = f"{value:.10f}".rstrip("0")
    return number_text(value, len(text.partition(".")[2]), language)


def span_text(seconds: float, language: str = "id") -> str:
    """A length of time in words: whole days, hours or minutes by their name (`1 jam`), else the largest fitting unit (`4 tahun`)."""
    size = abs(seconds)
    whole = next(
        (step[1:] for step in reversed(AGE_STEPS) if 60 <= step[1] <= 86_400 and step[1] <= size < 100 * step[1] and size % step[1] == 0),
        None,
    )
    unit, indonesian, english = whole or next(step[1:] for step in AGE_STEPS if size < step[0])
    count = max(1, math.floor(size / unit))
    if language == "id":
        return f"{count} {indonesian}"
    return f"{count} {english}" if count == 1 else f"{count} {english}s"


def age_text(seconds: float | None, language: str = "id") -> str:
    """`baru saja`, `12 menit lalu`, `4 tahun lalu`; up to a minute ahead reads as just now. None: never."""
    if seconds is None:
        return "belum pernah" if language == "id" else "never"
    if -60 <= seconds < 10:
        return "baru saja" if language == "id" else "just now"
    span = span_text(math.floor(seconds) + 0.5, language)
    if language == "id":
        return f"{span} lagi" if seconds < 0 else f"{span} lalu"
    return f"in {span}" if seconds < 0 else f"{span} ago"


def zone_text(zone: ZoneInfo) -> str:
    """WIB, WITA, WIT, or the zone's own name."""
    return ZONES.get(zone.key, zone.key)


def moment_text(at: datetime | None, zone: ZoneInfo, language: str = "id") -> str:
    """`9 Mei 2020 14.05 WIB`."""
    if at is None:
        return DASH
    local = at.astimezone(zone)
    clock = f"{local:%H.%M}" if language == "id" else f"{local:%H:%M}"
    return f"{local.day} {MONTHS_SHORT[language][local.month - 1]} {local.year} {clock} {zone_text(zone)}"


def day_text(at: datetime | None, zone: ZoneInfo, language: str = "id") -> str:
    """`9 Mei 2020`."""
    if at is None:
        return DASH
    local = at.astimezone(zone)
    return f"{local.day} {MONTHS_SHORT[language][local.month - 1]} {local.year}"


def long_day_text(at: datetime, zone: ZoneInfo, language: str = "id") -> str:
    """`Sabtu, 9 Mei 2020` with the month in full."""
    local = at.astimezone(zone)
    return f"{DAYS[language][local.weekday()]}, {local.day} {MONTHS[language][local.month - 1]} {local.year}"
