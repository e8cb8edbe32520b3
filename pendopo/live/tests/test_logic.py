"""What a reader follows, and how it is packed and framed."""

from pendopo.bus import subjects
from pendopo.live.logic import Follow, Ticket, pack, place_of, unpack, words_frame


def test_a_follow_wants_its_region_and_only_with_below_what_lies_under_it() -> None:
    alone, below = Follow("rain", "35.16"), Follow("rain", "35.16", below=True)
    assert alone.wants("rain", "35.16") and below.wants("rain", "35.16")
    assert not alone.wants("rain", "35.16.13") and below.wants("rain", "35.16.13")
    assert not below.wants("rain", "35.161") and not below.wants("river", "35.16")


def test_a_ticket_comes_back_from_its_json_as_it_was() -> None:
    ticket = Ticket(
        frozenset({Follow("rain", "35.16", True), Follow("rain", "35"), Follow("river", "35.14")}), 1_800_000_000.0, "/wall/screens/7"
    )
    assert unpack(pack(ticket)) == ticket


def test_the_place_of_a_subject() -> None:
    assert place_of("observed.river-level.pos=BE1.35.16.13") == ("river-level", "35.16.13")
    assert place_of(subjects.observed("sys.backup.age", "35.16")) == ("sys.backup.age", "35.16")
    assert place_of("did.wall.revoked") is None


def test_words_are_one_event() -> None:
    assert words_frame([b'{"a":1}', b'{"a":2}']) == b'event: words\ndata: [{"a":1},{"a":2}]\n\n'
