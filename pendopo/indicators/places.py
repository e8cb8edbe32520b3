"""Names of regions as people write them: “KAB. MOJOKERTO”, “Kabupaten Mojokerto”, “DKI_JAKARTA”. Pure.

A name that fits two regions fits none: “Blitar” is a regency and a city.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

# What stands before a name: each spelling and the one we compare by; '' = left out.
PREFIXES = {
    "kabupaten": "kabupaten",
    "kab": "kabupaten",
    "kota": "kota",
    "kotamadya": "kota",
    "provinsi": "",
    "prov": "",
    "propinsi": "",
    "kecamatan": "",
    "kec": "",
    "desa": "",
    "kelurahan": "",
    "kel": "",
}
SPELLINGS = {
    "daerah khusus ibukota jakarta": "dki jakarta",
    "daerah khusus jakarta": "dki jakarta",
    "dki": "dki jakarta",
    "di yogyakarta": "daerah istimewa yogyakarta",
    "yogyakarta": "daerah istimewa yogyakarta",
    "bangka belitung": "kepulauan bangka belitung",
    "nanggroe aceh darussalam": "aceh",
}


def squeezed(text: str) -> str:
    """Capitals, blanks, dots, dashes and underscores do not matter."""
    return re.sub(r"[\s._\-]+", " ", text).strip().casefold()


def forms_of(name: str) -> list[str]:
    """The forms by which a region's name may be asked for: with its kind, and bare."""
    words = squeezed(name).split(" ")
    kind = PREFIXES.get(words[0]) if len(words) > 1 else None
    bare = "".join(words[1:] if kind is not None else words)
    whole = SPELLINGS.get(" ".join(words), "").replace(" ", "") or bare
    return [f"{kind} {bare}", bare] if kind else list(dict.fromkeys([whole, bare] if kind is None else [bare]))


class Names:
    """The regions that a file may name, by every form of their names."""

    def __init__(self, regions: Iterable[tuple[str, str]]) -> None:
        self._by_form: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, str] = {}
        for code, name in regions:
            self._names[code] = name
            for form in forms_of(name):
                self._by_form[form].add(code)

    def find(self, text: str) -> list[str]:
        """The codes that the text fits best: by kind and name, else by the bare name when no kind is given."""
        forms = forms_of(text)
        found = self._by_form.get(forms[0]) or set()
        if not found and not forms[0].startswith(("kabupaten ", "kota ")):
            found = next((self._by_form[form] for form in forms if form in self._by_form), set())
        return sorted(found)

    def near(self, text: str) -> str:
        """The region whose name is written most alike, as “Gedeg (35.16.14)”; '' when none is."""
        close = get_close_matches(forms_of(text)[-1], list(self._by_form), n=1, cutoff=0.75)
        return "; ".join(f"{self._names[code]} ({code})" for code in sorted(self._by_form[close[0]])) if close else ""


class Codes(Names):
    """Regions by another office's code (BPS), from a table of code → Kemendagri code."""

    def __init__(self, table: Mapping[str, str]) -> None:
        super().__init__([])
        self._table = table

    def find(self, text: str) -> list[str]:
        """The region with this code."""
        code = self._table.get(text.replace(".", ""))
        return [code] if code else []
