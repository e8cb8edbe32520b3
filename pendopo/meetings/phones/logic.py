"""What a telephone says and how it is answered: PINs, keys, descriptions of sound. Pure."""

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from pendopo.meetings.media.logic import key

PIN_DIGITS = 8
# How often one caller may mistype, and how many wrong PINs the house bears before it believes none for a while.
TRIES, WRONG_PINS, WRONG_PINS_S = 3, 60, 600.0
AGREES = "1"
KEYS = "0123456789*#ABCD"
# A file of the media server: a head, then packets, each with a mark, its time (ms) and its length.
FILE_MARK, PACKET_MARK = b"MJR00002", b"MEET"
RTP_HEAD_BYTES = 12
EVENT = re.compile(r"^a=rtpmap:(\d+) telephone-event/8000", re.M)
CALLER = re.compile(r"^sips?:(?P<user>[^@;>]*)@?(?P<host>[^;>:]*)")
NUMBER = re.compile(r"\+?[\d ()-]{5,}")
# So many digits of a number are shown to nobody.
HIDDEN_DIGITS = 3


def server_of(account: str) -> str:
    """The exchange of an account: `sip:rapat@pbx.example` → `sip:pbx.example`."""
    scheme, _sep, rest = account.partition(":")
    return f"{scheme}:{rest.rpartition('@')[2]}"


def pin_of(secret: str, code: str) -> str:
    """The PIN of a meeting: made of its code and the installation's secret, so that it is kept nowhere."""
    return f"{int(key(secret, 'pin', code), 16) % 10**PIN_DIGITS:0{PIN_DIGITS}d}"


def meeting_of(pin: str, secret: str, codes: Iterable[str]) -> str | None:
    """The one meeting whose PIN it is; None when it is nobody's, or of two at once."""
    found = [code for code in codes if pin_of(secret, code) == pin]
    return found[0] if len(found) == 1 else None


def dialled_pin(address: str) -> str:
    """A PIN that was dialled as the address itself, as room systems do: `sip:12345678@house`. '' when it is none."""
    found = CALLER.match(address)
    user = found["user"] if found else ""
    return user if len(user) == PIN_DIGITS and user.isdecimal() else ""


def caller_name(address: str, display: str) -> str:
    """How a caller is called in the room: by the name of their apparatus, or by their number without its last digits."""
    if display.strip():
        return display.strip()[:100]
    found = CALLER.match(address)
    user = found["user"] if found else ""
    if NUMBER.fullmatch(user):
        return user[:-HIDDEN_DIGITS] + "•" * HIDDEN_DIGITS
    return user[:100]


def codec_of(offer: str) -> str:
    """The best of the codecs that a telephone offers and the mixer speaks; '' when there is none."""
    for codec, mark in (("opus", "opus/48000"), ("pcma", "PCMA/8000"), ("pcmu", "PCMU/8000")):
        if mark in offer:
            return codec
    # G.711 has numbers of its own and needs no map.
    numbers = re.search(r"^m=audio \S+ \S+((?: \d+)+)", offer, re.M)
    known = numbers[1].split() if numbers else []
    return "pcma" if "8" in known else "pcmu" if "0" in known else ""


def with_keys(answer: str, offer: str) -> str:
    """The mixer's answer, with the keys that the telephone offered: the mixer does not know them, but the telephone then sends them."""
    number = key_number(offer)
    if number is None:
        return answer
    told = re.sub(r"^(m=audio [^\r\n]*)", rf"\1 {number}", answer, count=1, flags=re.M)
    return f"{told.rstrip()}\r\na=rtpmap:{number} telephone-event/8000\r\na=fmtp:{number} 0-15\r\n"


def key_number(offer: str) -> int | None:
    """The payload type under which a telephone sends its keys (RFC 4733); None when it sends none."""
    found = EVENT.search(offer)
    return int(found[1]) if found else None


def key_of_info(content: str) -> str:
    """The key in a SIP INFO (`application/dtmf-relay`: `Signal=5`); '' when there is none."""
    found = re.search(r"(?im)^\s*Signal\s*=\s*([0-9*#A-D])", content)
    return found[1] if found else ""


@dataclass
class Keys:
    """Reads keys out of a telephone's packets as the media server writes them, however the pieces arrive."""

    number: int
    _rest: bytes = b""
    _in_head: bool = True
    _last: int | None = None

    def feed(self, data: bytes) -> str:
        """The keys that were pressed in this piece. Each is sent several times with the time of its beginning: it counts once."""
        self._rest += data
        if self._in_head and not self._pass_head():
            return ""
        pressed, at = "", 0
        while len(self._rest) - at >= 10:
            mark, _ms, length = struct.unpack_from(">4sIH", self._rest, at)
            if mark != PACKET_MARK:
                self._rest = b""
                return pressed
            if len(self._rest) - at - 10 < length:
                break
            pressed += self._key(self._rest[at + 10 : at + 10 + length])
            at += 10 + length
        self._rest = self._rest[at:]
        return pressed

    def _pass_head(self) -> bool:
        mark = len(FILE_MARK)
        if len(self._rest) < mark + 2:
            return False
        length = mark + 2 + int.from_bytes(self._rest[mark : mark + 2], "big")
        if len(self._rest) < length:
            return False
        self._rest, self._in_head = self._rest[length:], False
        return True

    def _key(self, packet: bytes) -> str:
        if len(packet) < RTP_HEAD_BYTES + 4 or packet[1] & 0x7F != self.number:
            return ""
        begun = int.from_bytes(packet[4:8], "big")
        at = RTP_HEAD_BYTES + 4 * (packet[0] & 0x0F)
        if begun == self._last or len(packet) <= at or packet[at] >= len(KEYS):
            return ""
        self._last = begun
        return KEYS[packet[at]]


@dataclass
class Typed:
    """A PIN as it is typed: whole with its last digit or with #, begun anew with *."""

    digits: str = ""

    def press(self, pressed: str) -> str | None:
        """The whole PIN, or None while it is not whole."""
        if pressed.isdecimal():
            self.digits += pressed
        elif pressed == "*":
            self.digits = ""
        if len(self.digits) == PIN_DIGITS or (pressed == "#" and self.digits):
            whole, self.digits = self.digits, ""
            return whole
        return None


@dataclass
class Doubt:
    """How many wrong PINs came lately: who tries them all is believed no more."""

    at: list[float] = field(default_factory=list)

    def wrong(self, now: float) -> None:
        """One more wrong PIN."""
        self.at = [one for one in self.at if now - one < WRONG_PINS_S] + [now]

    def is_deep(self, now: float) -> bool:
        """Whether nobody is believed for the moment."""
        return sum(now - one < WRONG_PINS_S for one in self.at) >= WRONG_PINS
