"""Decisions about agencies and people, without a database: names to codes, kinds from words, when a post may be taken."""

import re
import unicodedata
from collections.abc import Iterable

# Words at the beginning of an agency's name or in the column `jenis`, and the kind they mean. The first that fits counts.
KIND_WORDS: tuple[tuple[str, str], ...] = (
    (r"kantor kecamatan|kecamatan|camat", "district"),
    (r"kelurahan|desa|pemerintah desa|kantor desa", "village"),
    (r"rsud|rumah sakit umum daerah|rumah sakit|rs|bumd|perumda|perusahaan daerah|pdam|bpr", "enterprise"),
    (
        r"instansi vertikal|vertikal|polres|polresta|polsek|kepolisian|kodim|koramil|korem|kejaksaan|kejari|pengadilan"
        r"|badan pusat statistik|bps|kantor kementerian|kementerian agama|kantor pertanahan|bpn|kpp|kppn|imigrasi|lapas|bnnk|bmkg",
        "vertical",
    ),
    (r"pemerintah provinsi|pemerintah atasan|provinsi|kementerian", "above"),
    (r"daerah tetangga|pemerintah kota|pemerintah kabupaten", "neighbour"),
    (r"mitra|pt|cv|yayasan|universitas|pmi|palang merah", "partner"),
)

# The other spelling of the eight kinds, for CSV files: our value, the Indonesian term.
KIND_NAMES = {
    "opd": "opd",
    "perangkat daerah": "opd",
    "badan": "opd",
    "dinas": "opd",
    "bagian": "opd",
    "sekretariat": "opd",
    "puskesmas": "opd",
    "upt": "opd",
    "lainnya": "opd",
}

SHORT = re.compile(r"\(([^()]{2,30})\)")
CODE_LENGTH = 60


def slug(text: str) -> str:
    """Lower case letters, digits and hyphens, at most 60 characters; '' when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:CODE_LENGTH].strip("-")


def short_name_of(name: str) -> str:
    """The abbreviation in brackets, with what follows it: "Rumah Sakit Umum Daerah (RSUD) R.A. Basoeni" → "RSUD R.A. Basoeni"."""
    found = SHORT.search(name)
    if not found:
        return ""
    return " ".join(f"{found.group(1)} {name[found.end() :]}".split())[:CODE_LENGTH]


def code_of(name: str) -> str:
    """The code of an agency that has none: from its abbreviation, else its name."""
    return slug(short_name_of(name) or name)


def kind_of(name: str, word: str = "") -> str:
    """The kind of an agency from the word in a file (`jenis`) and its name; a regional agency when neither says otherwise."""
    low = word.strip().lower()
    for kind in ("opd", "vertical", "above", "neighbour", "district", "village", "enterprise", "partner"):
        if low == kind:
            return kind
    for text in (low, name.strip().lower()):
        for words, kind in KIND_WORDS:
            if re.match(rf"(?:{words})\b", text):
                return kind
        if text in KIND_NAMES:
            return KIND_NAMES[text]
    return "opd"


def place_in(name: str) -> str:
    """The name of the district or village in an agency's name: "Kantor Kecamatan Sooko" → "Sooko"."""
    return re.sub(r"^(kantor\s+)?(kecamatan|kelurahan|pemerintah desa|desa)\s+", "", name.strip(), flags=re.IGNORECASE)


def same_name(name: str) -> str:
    """How names are compared: without regard to capitals and repeated blanks."""
    return " ".join(name.lower().split())


def all_below(agency: int, children: Iterable[tuple[int, int]]) -> frozenset[int]:
    """The agency and everything below it; `children` are all pairs of (parent, child). A ring in the data ends the walk."""
    by_parent: dict[int, list[int]] = {}
    for parent, child in children:
        by_parent.setdefault(parent, []).append(child)
    found, waiting = {agency}, [agency]
    while waiting:
        fresh = [child for child in by_parent.get(waiting.pop(), ()) if child not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return frozenset(found)
