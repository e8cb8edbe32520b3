"""PINs, keys and descriptions of sound, without a telephone (the rest: cases_phone.py)."""

import struct

import pytest

from pendopo.meetings.phones.logic import (
    TRIES,
    WRONG_PINS,
    WRONG_PINS_S,
    Doubt,
    Keys,
    Typed,
    caller_name,
    codec_of,
    dialled_pin,
    key_number,
    key_of_info,
    meeting_of,
    pin_of,
    server_of,
    with_keys,
)

OFFER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0 8 101\r\na=sendrecv\r\na=rtpmap:101 telephone-event/8000\r\n"
ANSWER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\na=sendrecv\r\na=rtpmap:8 PCMA/8000\r\n"


def test_a_pin_is_of_one_meeting_and_one_house() -> None:
    pin = pin_of("secret", "rapat")
    assert len(pin) == 8 and pin.isdecimal() and pin == pin_of("secret", "rapat")
    assert pin != pin_of("other", "rapat") and pin != pin_of("secret", "rapat2")
    assert meeting_of(pin, "secret", ["a", "rapat", "b"]) == "rapat"
    assert meeting_of("00000000", "secret", ["rapat"]) is None
    assert meeting_of(pin, "secret", ["rapat", "rapat"]) is None, "of two meetings with one PIN nobody guesses"


@pytest.mark.parametrize(
    ("address", "pin"),
    [
        ("sip:12345678@10.0.0.1:5060;transport=udp", "12345678"),
        ("sips:12345678@x", "12345678"),
        ("sip:1234567@x", ""),
        ("sip:rapat@x", ""),
        ("", ""),
    ],
)
def test_a_dialled_pin(address: str, pin: str) -> None:
    assert dialled_pin(address) == pin


def test_a_number_is_not_shown_whole() -> None:
    assert caller_name("sip:+62321123456@pbx", "") == "+62321123•••"
    assert caller_name("sip:ruang-rapat@polda.go.id", "") == "ruang-rapat"
    assert caller_name("sip:+62321123456@pbx", "Ruang Rapat Polda") == "Ruang Rapat Polda"
    assert caller_name("tel:1", "") == ""


def test_the_best_codec_that_both_speak() -> None:
    assert codec_of(OFFER) == "pcma" and codec_of(OFFER.replace(" 8 ", " ")) == "pcmu"
    assert codec_of(OFFER + "a=rtpmap:96 opus/48000/2\r\n") == "opus"
    assert codec_of("m=audio 9 RTP/AVP 18\r\n") == ""


def test_the_answer_lets_the_telephone_send_its_keys() -> None:
    told = with_keys(ANSWER, OFFER)
    assert "SAVPF 8 101\r\n" in told and "a=rtpmap:101 telephone-event/8000\r\n" in told and key_number(told) == 101
    assert with_keys(ANSWER, ANSWER) == ANSWER


def packet(number: int, begun: int, payload: bytes) -> bytes:
    body = struct.pack(">BBHII", 0x80, number, 1, begun, 7) + payload
    return struct.pack(">4sIH", b"MEET", 20, len(body)) + body


def test_keys_are_read_once_however_the_file_grows() -> None:
    head = b'MJR00002\x00\x0d{"t": "audio"}'[:8] + b"\x00\x0e" + b'{"t": "audio"}'
    file = head + packet(8, 0, b"\xd5" * 160)
    for begun, key in ((320, 1), (3520, 11), (6720, 1)):
        file += packet(101, begun, bytes([key, 10, 0, 160])) * 2 + packet(101, begun, bytes([key, 0x8A, 0, 160])) * 3
    file += packet(101, 9999, bytes([99, 10, 0, 160])) + packet(101, 12000, b"")
    assert Keys(101).feed(file) == "1#1"
    reader = Keys(101)
    assert "".join(reader.feed(file[at : at + 7]) for at in range(0, len(file), 7)) == "1#1"
    assert Keys(101).feed(head + b"something else altogether") == ""


def test_a_key_by_info() -> None:
    assert key_of_info("Signal=5\r\nDuration=160\r\n") == "5" and key_of_info("Signal= #\n") == "#"
    assert key_of_info("Duration=160") == ""


def test_a_pin_is_whole_with_its_last_digit_or_the_hash() -> None:
    typed = Typed()
    assert [typed.press(one) for one in "12345678"] == [None] * 7 + ["12345678"]
    assert [typed.press(one) for one in "12*34#"] == [None] * 5 + ["34"]
    assert typed.press("#") is None and TRIES == 3


def test_whoever_tries_them_all_is_believed_no_more_for_a_while() -> None:
    doubt = Doubt()
    for number in range(WRONG_PINS):
        assert not doubt.is_deep(float(number))
        doubt.wrong(float(number))
    assert doubt.is_deep(WRONG_PINS) and not doubt.is_deep(WRONG_PINS_S + 1)


def test_the_exchange_of_an_account() -> None:
    assert server_of("sip:rapat@pbx.example:5070") == "sip:pbx.example:5070"
