"""A telephone exchange and telephones for the tests: the exchange only takes registrations, the telephones are real baresips."""

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PORT = 5090
# What a telephone heard is written with so many samples a second; what is below this is silence.
HEARD_HZ, WAVE_HEAD_BYTES, AUDIBLE = 8000, 44, 500
HEADERS = ("Via|v", "From|f", "To|t", "Call-ID|i", "CSeq", "Contact|m")
CONFIG = """module_path {modules}
module stdio.so
module g711.so
module aufile.so
module_tmp account.so
module_app menu.so
module ctrl_tcp.so
module_app ctrl_tcp.so
module sndfile.so
snd_path {folder}
ctrl_tcp_listen 127.0.0.1:{control}
audio_source aufile,{sound}
audio_player aufile,{folder}/played.wav
audio_alert aufile,{folder}/alert.wav
sip_listen {address}:{port}
"""


def why_no_telephone() -> str:
    """Why nobody can telephone on this machine; empty when somebody can."""
    return "" if shutil.which("baresip") and shutil.which("ffmpeg") else "baresip is missing: run `apt-get install baresip-core ffmpeg`."


@dataclass
class Exchange:
    """Takes the registration of the house's account and remembers where it is to be called."""

    address: str
    contact: str = ""
    _socket: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    def serve(self) -> None:
        """Answers until the socket is closed."""
        self._socket.bind((self.address, PORT))
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while True:
            data, whose = self._socket.recvfrom(8192)
            text = data.decode(errors="replace")
            told = [re.search(rf"(?im)^({name}):\s*(.*?)\r?$", text) for name in HEADERS]
            if not text.startswith("REGISTER") or not all(told):
                continue
            lines = [f"{one[1]}: {one[2]}" for one in told if one]
            lines[2] += ";tag=exchange"
            answer = "\r\n".join(["SIP/2.0 200 OK", *lines, "Expires: 300", "Content-Length: 0", "", ""])
            self._socket.sendto(answer.encode(), whose)
            found = re.search(r"<(sip:[^>]+)>", lines[5])
            self.contact = found[1] if found else ""


@dataclass
class Phone:
    """A telephone whose owner hums one tone. What it hears is written to a file."""

    folder: Path
    address: str
    number: int = 1
    process: subprocess.Popen[bytes] | None = None

    def prepare(self, tone_hz: int) -> "Phone":
        """Writes its configuration and its sound."""
        self.folder.mkdir(parents=True)
        sound = self.folder / "hum.wav"
        hum = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"sine=frequency={tone_hz}", "-t", "300", "-ar", "8000", sound]
        subprocess.run(hum, check=True)
        modules = next(Path("/usr/lib").glob("**/baresip/modules"))
        words = {"modules": modules, "folder": self.folder, "control": self.control, "sound": sound}
        (self.folder / "config").write_text(CONFIG.format(**words, address=self.address, port=self.port))
        account = f"<sip:+6232112345{self.number:02d}@{self.address}:{self.port}>;regint=0\n"
        (self.folder / "accounts").write_text(account)
        (self.folder / "contacts").write_text("")
        return self

    @property
    def port(self) -> int:
        """Where it is called; it takes the next one too."""
        return 5100 + 2 * self.number

    @property
    def control(self) -> int:
        """Where it is commanded."""
        return 4400 + self.number

    def dial(self, address: str) -> "Phone":
        """Calls."""
        with (self.folder / "said").open("wb") as said:
            command = ["baresip", "-f", str(self.folder), "-e", f"/dial {address}"]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said)
        return self

    def says(self, words: str) -> bool:
        """Whether it said these words so far."""
        return words in (self.folder / "said").read_text(errors="replace")

    def press(self, keys: str) -> None:
        """Presses keys, as a thumb does."""
        for one in keys:
            with socket.create_connection(("127.0.0.1", self.control), timeout=5) as line:
                word = json.dumps({"command": "sndcode", "params": one})
                line.sendall(f"{len(word)}:{word},".encode())
                line.recv(500)
                time.sleep(0.25)

    def hears(self) -> float:
        """The tone (Hz) of the last second that it heard, by counting where the wave crosses zero; 0 = silence."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda file: file.stat().st_mtime)
        if not files:
            return 0.0
        sound = files[-1].read_bytes()[WAVE_HEAD_BYTES:]
        samples = memoryview(sound[: len(sound) // 2 * 2]).cast("h")[-HEARD_HZ:]
        if len(samples) < HEARD_HZ or max(samples) < AUDIBLE:
            return 0.0
        return float(sum(before < 0 <= after for before, after in zip(samples, samples[1:], strict=False)))

    def hang_up(self) -> None:
        """Ends the call and the telephone."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)


@contextmanager
def exchange(address: str) -> Iterator[Exchange]:
    """An exchange at an address."""
    found = Exchange(address)
    found.serve()
    yield found
