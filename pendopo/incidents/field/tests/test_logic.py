"""Numbers of the field: the newest word of a series, sums that are never false, parts that are not added twice."""

from datetime import UTC, datetime, timedelta

from pendopo.incidents.field.logic import Line, by_part, by_place, count, newest, stated, total

NIGHT = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)


def line(
    number: int | None, region: str = "a", minute: int = 0, parts: tuple[str, str, str] = ("", "", ""), what: str = "displaced"
) -> Line:
    at = NIGHT + timedelta(minutes=minute)
    return Line("people", what, region, number, at, at, f"pelapor {region}", parts=parts)


def test_the_newest_word_counts_whatever_the_order_of_arrival() -> None:
    early, late = line(10, minute=1), line(12, minute=5)
    assert newest([late, early]) == newest([early, late]) == [late]
    taken_back = line(None, minute=9)
    assert newest([early, taken_back, late]) == []


def test_a_correction_of_the_same_time_is_the_one_noted_later() -> None:
    first = line(10)
    corrected = Line("people", "displaced", "a", 7, first.at, first.noted + timedelta(minutes=1))
    assert newest([corrected, first]) == [corrected]


def test_a_total_says_what_is_missing() -> None:
    counts = by_place(newest([line(10, "a"), line(5, "b", 30)]), "people", "displaced")
    known = total("displaced", counts, ["a", "b", "c"])
    assert (known.number, known.reporting, known.expected, known.partial, known.oldest) == (15, 2, 3, True, NIGHT)
    assert not total("displaced", counts, ["a", "b"]).partial
    assert total("dead", {}, ["a", "b"]).number is None and total("dead", {}, ["a"]).partial
    assert not total("dead", by_place([line(0, what="dead")], "people", "dead"), ["a"]).partial


def test_a_place_that_was_not_expected_is_not_left_out() -> None:
    known = total("displaced", by_place([line(4, "z")], "people", "displaced"), ["a"])
    assert (known.number, known.reporting, known.expected) == (4, 1, 2)


def test_parts_are_added_only_where_no_whole_number_is_told_and_never_twice() -> None:
    women, men = line(6, parts=("f", "", "")), line(5, parts=("m", "", ""))
    old, pregnant = line(4, parts=("", "60+", "")), line(2, parts=("f", "", "pregnant"))
    one = count([women, men, old, pregnant])
    assert one is not None and one.number == 11 and one.from_parts and not one.lower
    whole = count([line(10), women, men])
    assert whole is not None and whole.number == 10 and whole.excess == 1 and not whole.from_parts
    assert count([pregnant]) is None
    assert by_part([women, pregnant], "people", "displaced") == {("f", "", ""): 6, ("f", "", "pregnant"): 2}


def test_parts_that_miss_some_people_are_a_lower_bound() -> None:
    women, men = line(6, parts=("f", "", "")), line(5, parts=("m", "", ""))
    alone = count([women])
    assert alone is not None and alone.number == 6 and alone.lower
    assert total("displaced", by_place([women], "people", "displaced"), ["a"]).partial
    assert not total("displaced", by_place([women, men], "people", "displaced"), ["a"]).partial
    ages = [line(n, parts=("", age, "")) for n, age in enumerate(("0-4", "5-17", "18-59", "60+"))]
    pairs = [line(1, parts=(sex, age, "")) for sex in "fm" for age in ("0-4", "5-17", "18-59", "60+")]
    for lines, lower in ((ages, False), (ages[:3], True), (pairs, False), (pairs[1:], True)):
        found = count(lines)
        assert found is not None and found.lower is lower, lines


def test_spots_within_a_village_are_a_lower_bound_until_the_village_tells() -> None:
    def spot(number: int, place: str) -> Line:
        return Line("people", "displaced", "a", number, NIGHT, NIGHT, "RT", place)

    some = count([spot(4, "RT 1"), spot(3, "RT 2")])
    assert some is not None and some.number == 7 and some.lower
    whole = count([spot(4, "RT 1"), line(10)])
    assert whole is not None and whole.number == 10 and not whole.lower


def test_nothing_was_so_after_it_was_noted() -> None:
    assert stated(NIGHT + timedelta(minutes=2), NIGHT) == NIGHT
    assert stated(NIGHT - timedelta(hours=2), NIGHT) == NIGHT - timedelta(hours=2)
    assert stated(NIGHT + timedelta(days=1), NIGHT) is None
