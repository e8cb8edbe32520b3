"""A spreadsheet of 100,000 rows through the pages: until the proposal stands, until the preview stands, until it is loaded, and the memory.

A whole installation (`pendopo up`), a person who signs in, the file as a browser sends it. The file has a time, a district's name, a number
written with a decimal comma and a remark; the mapping is the one that the product proposes. Memory is the greatest resident size that the
process which read the file ever had. Usage: python bench/xlsx.py
"""

import re
import subprocess
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from _installation import PENDOPO, Installation, installation, line, machine
from openpyxl import Workbook

ROWS = 100_000
DISTRICTS = ("Jatirejo", "Gondang", "Pacet", "Trawas", "Ngoro", "Pungging", "Kutorejo", "Mojosari", "Bangsal", "Dlanggu")
PREVIEW_S, LOADED_S, MEMORY_MB = 5.0, 20.0, 400.0
CATALOGUE = """
sources:
  - {code: dinkes, name: Dinas Kesehatan, agency: Dinas Kesehatan}
indicators:
  - {code: cases, name: Kasus, every: 1h, kind: gauge, level: district, sources: [dinkes], checks: {range: [0, 1000]}}
"""


def write(path: Path) -> None:
    """The workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(["Tanggal", "Kecamatan", "Kasus", "Petugas"])
    for number in range(ROWS):
        when = datetime(2025, 1, 1) + timedelta(hours=number // len(DISTRICTS))
        sheet.append([when, DISTRICTS[number % len(DISTRICTS)], f"{number % 97},5", "Sari"])
    book.save(path)


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of the form with the mapping."""
    form = page[page.index('name="do" value="preview"') :]
    found = dict(re.findall(r'<input type="text" name="(\w+)" value="([^"]*)"', form))
    for name, body in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def measure(house: Installation, folder: Path) -> None:
    """Signs in, sends the file, and takes the times."""
    (folder / "catalogue.yaml").write_text(CATALOGUE)
    for words in (
        ("catalogue", "load", str(folder / "catalogue.yaml")),
        ("user", "add", "sari@bench.test", "--name", "Sari", "--role", "administrator", "--password", "papan-dinding-16"),
    ):
        subprocess.run([PENDOPO, *words, "--data", house.folder], check=True, capture_output=True)
    write(folder / "a.xlsx")
    with httpx.Client(base_url=house.url, timeout=120, follow_redirects=True) as web:
        web.get("/accounts/login/")
        token = {"csrfmiddlewaretoken": web.cookies["csrftoken"]}
        web.post("/accounts/login/", data={**token, "login": "sari@bench.test", "password": "papan-dinding-16"})
        token = {"csrfmiddlewaretoken": web.cookies["csrftoken"]}
        page = web.get("/upload?source=dinkes").text
        idle, before = max(house.peaks_mb("Web")), house.cpu_s()["Web"]
        source = re.search(r'<option value="(\d+)" selected', page)
        assert source is not None, page[:2000]
        start = time.monotonic()
        with (folder / "a.xlsx").open("rb") as stream:
            seen = web.post("/upload", data={**token, "source": source[1]}, files={"file": ("a.xlsx", stream)})
        proposed = time.monotonic() - start
        start = time.monotonic()
        shown = web.post(seen.url.path, data={**token, "do": "preview", **fields(seen.text)})
        preview = time.monotonic() - start
        assert 'value="take"' in shown.text, shown.text
        start = time.monotonic()
        done = web.post(seen.url.path, data={**token, "do": "take"})
        loaded = time.monotonic() - start
        assert done.url.path.startswith("/deliveries/"), done.text[:3000]
        peak, used = max(house.peaks_mb("Web")), house.cpu_s()["Web"] - before
        group = house.memory_mb()["Web"][0]
    print(line("sent, and the mapping proposed", [proposed], "s", 1))
    print(line(f"preview of all verdicts (aim: {PREVIEW_S:.0f} s)", [preview], "s", 1))
    print(line(f"loaded (aim: {LOADED_S:.0f} s)", [loaded], "s", 1))
    print(line("CPU time of the web application for all three", [used], "s", 1))
    print(line(f"its greatest process at its peak (aim: {MEMORY_MB:.0f} MB)", [peak], "MB"))
    print(line("the same before the file came", [idle], "MB"))
    print(line("all its processes afterwards, shared pages once", [group], "MB"))


if __name__ == "__main__":
    print(machine())
    with tempfile.TemporaryDirectory(prefix="pendopo-xlsx-") as place, installation() as house:
        measure(house, Path(place))
