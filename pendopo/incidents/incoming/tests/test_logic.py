"""What may be the same report, when something was said on a phone whose clock is off, and what a name may mean."""

from datetime import UTC, datetime, timedelta

from pendopo.incidents.incoming.logic import Told, happened, likely, likeness, narrowed

NOW = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)


def told(key: int, text: str, region: str = "35.16.13.2004", minutes: int = 0, **more: object) -> Told:
    return Told(key, text, region, NOW + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def test_the_same_flood_told_by_two_people_is_offered() -> None:
    first = told(1, "Air masuk rumah di dekat pasar, setinggi lutut")
    second = told(2, "airnya setinggi lutut, rumah dekat pasar kebanjiran", minutes=20)
    fire = told(3, "Kebakaran di gudang kayu", minutes=5)
    elsewhere = told(4, "Air masuk rumah di dekat pasar, setinggi lutut", "35.16.01.2001", 5)
    assert [key for key, _score in likely(second, [first, fire, elsewhere])] == [1]


def test_a_shared_picture_is_the_same_and_a_day_apart_is_not() -> None:
    one, other = told(1, "x", photos=frozenset({"a"})), told(2, "lain sekali", "", 900, photos=frozenset({"a", "b"}))
    assert likeness(one, other) == 1.0
    assert likeness(told(1, "Air masuk rumah"), told(2, "Air masuk rumah", minutes=60 * 24)) == 0.0


def test_the_same_caller_again_soon_is_offered() -> None:
    one = told(1, "Air naik terus", number="+628123")
    assert likely(told(2, "air terus naik, cepat", minutes=10, number="+628123"), [one])


def test_a_clock_that_is_a_day_off_is_put_right() -> None:
    said, sent = NOW - timedelta(days=1, minutes=30), NOW - timedelta(days=1)
    assert happened(said, sent, NOW) == NOW - timedelta(minutes=30)
    ahead = timedelta(days=1)
    assert happened(NOW - timedelta(minutes=30) + ahead, NOW + ahead, NOW) == NOW - timedelta(minutes=30)
    assert happened(NOW - timedelta(hours=5), NOW - timedelta(seconds=20), NOW) == NOW - timedelta(hours=5)
    assert happened(None, None, NOW) == NOW and happened(NOW + timedelta(days=3), None, NOW) == NOW
    assert happened(NOW - timedelta(days=400), NOW, NOW) == NOW


def test_order_is_kept_through_a_wrong_clock() -> None:
    off = timedelta(hours=-26)
    said = [NOW - timedelta(minutes=m) for m in (50, 40, 30)]
    found = [happened(at + off, NOW + off + timedelta(seconds=n), NOW + timedelta(seconds=n)) for n, at in enumerate(said)]
    assert found == sorted(found) and abs(found[0] - said[0]) < timedelta(seconds=5)


def test_a_name_may_mean_one_place_several_or_none() -> None:
    places = [("a", "Sooko"), ("b", "Sooko"), ("c", "Sambiroto"), ("d", "Pasar Brangkal"), ("e", "Brangkal")]
    assert narrowed("sooko", places) == ["a", "b"] and narrowed("Sambi", places) == ["c"]
    assert narrowed("dekat Pasar Brangkal sebelah utara", places) == ["d", "e"] and narrowed("bulan", places) == [] == narrowed("", places)
