"""The chain as pure logic: every kind of damage is found and named, and only where it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.audit.logic import GENESIS, Head, Problem, Sealed, link, walk

START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def chain(length: int) -> list[Sealed]:
    """A sound chain."""
    entries, previous = [], GENESIS
    for seq in range(1, length + 1):
        at = START + timedelta(minutes=seq)
        content: dict[str, Any] = {"room": "agencies", "verb": "changed", "about": f"/agencies/{seq}", "actor": "Sari", "after": {"n": seq}}
        previous = link(previous, seq=seq, at=at, content=content)
        entries.append(Sealed(seq, at, content, previous))
    return entries


def judge(entries: list[Sealed], noted: Head | None = None) -> tuple[list[tuple[str, int]], Head]:
    """Problems as (code, seq), and the head."""
    words = list(walk(entries, noted))
    assert isinstance(words[-1], Head)
    return [(word.code, word.seq) for word in words[:-1] if isinstance(word, Problem)], words[-1]


def test_a_sound_chain() -> None:
    """No problems, and the head is its last link."""
    entries = chain(5)
    assert judge(entries) == ([], Head(5, entries[-1].hash))
    assert judge([]) == ([], Head(0, GENESIS))


def test_a_changed_entry_is_named_and_its_neighbours_are_clear() -> None:
    """Who, what or when: all of it is covered."""
    for change in ({"actor": "Budi"}, {"after": {"n": 99}}, {"about": "/agencies/other"}):
        entries = chain(5)
        entries[2] = replace(entries[2], content={**entries[2].content, **change})
        assert judge(entries)[0] == [("changed", 3)]
    entries = chain(5)
    entries[2] = replace(entries[2], at=entries[2].at + timedelta(microseconds=1))
    assert judge(entries)[0] == [("changed", 3)]


def test_a_changed_and_resealed_entry_breaks_the_next() -> None:
    """Whoever also computes a new hash is found one entry later."""
    entries = chain(5)
    content = {**entries[2].content, "actor": "Budi"}
    forged = link(entries[1].hash, seq=3, at=entries[2].at, content=content)
    entries[2] = Sealed(3, entries[2].at, content, forged)
    assert judge(entries)[0] == [("changed", 4)]


def test_removed_entries() -> None:
    """At the start, inside, and at the end when the head was noted."""
    entries = chain(6)
    head = Head(6, entries[-1].hash)
    assert judge(entries[2:])[0] == [("missing", 1)]
    assert judge(entries[:2] + entries[4:])[0] == [("missing", 3)]
    assert judge(entries[:4])[0] == []
    assert judge(entries[:4], head)[0] == [("shortened", 6)]
    assert judge(entries, head)[0] == []


def test_a_rewritten_book_does_not_match_the_noted_head() -> None:
    """Everything sealed anew is a sound chain, but not the one whose head was noted."""
    noted = Head(4, b"\x01" * 32)
    assert judge(chain(6), noted)[0] == [("rewritten", 4)]


def test_a_head_reads_as_it_prints() -> None:
    """What was noted on paper can be typed in again; anything else is refused with a sentence."""
    head = Head(12, b"\xab" * 32)
    assert Head.parse(str(head)) == head
    for text in ("", "12", "12:zz", "0:" + "ab" * 32, "12:abcd"):
        with pytest.raises(ValueError, match="NUMBER:64 hexadecimal"):
            Head.parse(text)


@given(st.integers(1, 12), st.data())
def test_any_single_damage_is_found(length: int, data: st.DataObject) -> None:
    """Any one changed or removed entry of any chain, the noted head at hand."""
    entries = chain(length)
    head = Head(length, entries[-1].hash)
    index = data.draw(st.integers(0, length - 1))
    if data.draw(st.booleans()):
        entries.pop(index)
    else:
        after = data.draw(st.dictionaries(st.text(), st.integers()).filter(lambda drawn: drawn != {"n": index + 1}))
        entries[index] = replace(entries[index], content={**entries[index].content, "after": after})
    assert judge(entries, head)[0]
