"""Coming in, being recorded, and what is sent to whom: what the *other* one saw, heard, or was spared. Run by test_room.py."""

import json
import subprocess
import time
from pathlib import Path

from playwright.sync_api import Browser

from pendopo.meetings.tests.company import (
    BLUE,
    CAP_KBPS,
    GREEN,
    RANI_HZ,
    SITE_KBPS,
    TAMU_HZ,
    see_and_hear,
)
from pendopo.meetings.tests.rooms import House, Person, is_near, wait

# A device that answers with a fault of the browser's own name.
FAULTY = """{
  const name = sessionStorage.getItem("fault");
  if (name) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
}"""
NOISE = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 960, height: 540}), pen = canvas.getContext("2d");
  const image = pen.createImageData(960, 540), words = new Uint32Array(image.data.buffer);
  window.noise = setInterval(() => { for (let at = 0; at < words.length; at++) words[at] = Math.random() * 0xffffffff | 0xff000000;
    pen.putImageData(image, 0, 0); }, 70);
  await document.querySelector("pd-meeting").sending.set("video", canvas.captureStream(15).getVideoTracks()[0]);
}"""
SENT = """async () => {
  let bytes = 0;
  for (const one of (await document.querySelector("pd-meeting").sending.stats()).values())
    if (one.type === "outbound-rtp" && one.kind === "video") bytes += one.bytesSent;
  return bytes;
}"""


def kbps_of(*people: Person) -> float:
    """What they send as pictures together, in kbit/s, over four seconds."""
    before, begun = sum(one.page.evaluate(SENT) for one in people), time.monotonic()
    time.sleep(4)
    return (sum(one.page.evaluate(SENT) for one in people) - before) * 8 / (time.monotonic() - begun) / 1000


def test_what_is_wrong_with_a_device_is_said_and_drawn(home: House, browser: Browser, meeting: dict[str, str]) -> None:
    ani = Person(browser, home, tone=0)
    ani.page.add_init_script(FAULTY)
    ani.open(meeting["url"], name="Ani", agency="BPS")

    def drawn(device: str) -> str | None:
        picture = ani.page.locator(f'[data-check="{device}"] > svg[data-why]')
        return picture.get_attribute("data-why") if picture.count() and picture.is_visible() else None

    wait(lambda: drawn("microphone") == "silent", 15, "a microphone that hears nothing is drawn")
    assert drawn("camera") is None and drawn("network") is None
    ani.page.click('button[data-do="beep"]')
    ani.page.click('button[data-do="unheard"]')
    assert drawn("speaker") == "muted" and "volume" in ani.text("speaker-says")
    ani.page.click('button[data-do="heard"]')
    assert drawn("speaker") is None
    ani.page.route("**/healthz", lambda route: route.abort())
    for fault, picture, word in (
        ("NotAllowedError", "blocked", "izin"),
        ("NotFoundError", "absent", "terpasang"),
        ("NotReadableError", "busy", "lain"),
    ):
        ani.page.evaluate("name => sessionStorage.setItem('fault', name)", fault)
        ani.open(meeting["url"], name="Ani", agency="BPS")
        wait(lambda picture=picture: (drawn("camera"), drawn("microphone")) == (picture, picture), what=f"{fault} is drawn")  # type: ignore[misc]
        assert word in ani.text("camera-says").lower()
        wait(lambda: drawn("network") == "cut", what="the network is drawn")
    ani.leave()


def test_an_agency_is_admitted_at_once_and_each_comes_as_they_chose(
    home: House, browser: Browser, meeting: dict[str, str], rani: Person, desa: Person
) -> None:
    def comes(name: str, agency: str, how: str) -> Person:
        one = Person(browser, home, colour="green", tone=TAMU_HZ).open(meeting["url"], name=name, agency=agency).join(how)
        one.page.wait_for_selector("[data-stage=waiting]:not([hidden])")
        return one

    listener, speaker = comes("Pendengar", "Polsek Bangsal", "join-listen"), comes("Tanpa Kamera", "Polsek Bangsal", "join-audio")
    other = comes("Bidan", "Puskesmas Bangsal", "join")
    wait(lambda: rani.page.locator('[data-part="lobby-list"] div[data-seat]').count() == 3, what="three wait")
    rani.page.click('[data-part="lobby-list"] button[data-deed="admit_agency"]')
    listener.inside()
    speaker.inside()
    wait(lambda: rani.page.locator('[data-part="lobby-list"] div[data-seat]').count() == 1, what="one of another agency waits on")
    assert other.page.is_visible("[data-stage=waiting]")
    other.leave()

    wait(lambda: abs(rani.hears(speaker.seat) - TAMU_HZ) < 30, what="Rani hears who came with sound only")
    assert rani.sees(speaker.seat) is None, "and sees no picture of them"
    wait(lambda: is_near(speaker.sees(desa.seat), BLUE), what="who sends only sound sees the others")
    wait(lambda: abs(listener.hears(rani.seat) - RANI_HZ) < 30, what="who only listens hears")
    assert rani.hears(listener.seat) == 0 and rani.sees(listener.seat) is None, "and is neither heard nor seen"
    listener.do("mic")
    wait(lambda: abs(desa.hears(listener.seat) - TAMU_HZ) < 30, what="the village hears who switched the microphone on later")
    speaker.do("camera")
    wait(lambda: is_near(desa.sees(speaker.seat), GREEN), what="the village sees who switched the camera on later")
    listener.do("camera")
    for one in (listener, speaker):
        one.page.evaluate(NOISE)
    time.sleep(8)
    assert kbps_of(listener, speaker) < 1.25 * SITE_KBPS, "both together send no more than their agency may"
    for one in (listener, speaker):
        assert one.errors == []
        one.leave()
    wait(lambda: rani.page.locator('[data-part="people"] li').count() == 2, what="two are there again")


def test_a_picture_comes_in_the_size_of_its_tile_and_not_at_all_out_of_sight(rani: Person, desa: Person) -> None:
    wait(lambda: desa.arrives(rani.seat)["height"] == 540, 30, "a large tile gets the large picture")
    desa.page.set_viewport_size({"width": 700, "height": 300})
    wait(lambda: 0 < desa.arrives(rani.seat)["height"] <= 135, 20, "a small tile gets the small one")
    tile = f'.meeting-tile[data-seat="{rani.seat}"]'
    desa.page.evaluate("tile => document.querySelector(tile).style.translate = '0 5000px'", tile)
    wait(lambda: desa.page.evaluate("document.querySelector('pd-meeting').getting.asked.size > 0"), what="it was asked")
    time.sleep(2)
    before = desa.arrives(rani.seat)["packets"]
    assert abs(desa.hears(rani.seat) - RANI_HZ) < 30, "the sound goes on"
    time.sleep(2)
    assert desa.arrives(rani.seat)["packets"] - before <= 2, "nothing of a picture out of sight is sent"
    desa.page.evaluate("tile => document.querySelector(tile).style.translate = ''", tile)
    desa.page.set_viewport_size({"width": 1366, "height": 768})
    wait(lambda: desa.is_moving(rani.seat) and desa.arrives(rani.seat)["height"] == 540, 20, "in sight again, large again")


def test_nobody_sends_more_than_the_house_allows(rani: Person, desa: Person) -> None:
    desa.page.evaluate(NOISE)
    time.sleep(8)
    assert 0.2 * CAP_KBPS < kbps_of(desa) < 1.25 * CAP_KBPS
    desa.page.evaluate("clearInterval(window.noise)")
    desa.do("camera")
    desa.do("camera")
    wait(lambda: is_near(rani.sees(desa.seat), BLUE), what="Rani sees blue again")


def test_a_recording_is_told_agreed_to_shown_on_each_and_plays(
    home: House, rani: Person, desa: Person, meeting: dict[str, str], tmp_path: Path
) -> None:
    rani.menu("convener")
    rani.page.click('button[data-do="record"]')
    desa.page.wait_for_selector('[data-show="recording"]:not([hidden])')
    desa.page.wait_for_selector('[data-part="consent"]:not([hidden])')
    assert rani.page.is_hidden('[data-part="consent"]'), "who presses the button agrees by it"
    wait(lambda: "⏺" in desa.signs(rani.seat), what="the village sees that Rani is recorded")
    wait(lambda: rani.hears(desa.seat) == 0 and not is_near(rani.sees(desa.seat), BLUE), what="nothing of who has not agreed is sent")
    assert "⏺" not in rani.signs(desa.seat)
    desa.page.click('button[data-do="agree"]')
    wait(lambda: "⏺" in rani.signs(desa.seat), what="Rani sees that the village is recorded")
    see_and_hear(rani, desa)
    time.sleep(4)
    rani.menu("convener")
    rani.page.click('button[data-do="record"]')
    desa.page.wait_for_selector('[data-show="recording"]', state="hidden")
    wait(lambda: "⏺" not in rani.signs(desa.seat), what="nobody is recorded any more")

    page = f"/meetings/{meeting['code']}/recordings"
    wait(lambda: "film.webm" in rani.page.request.get(page).text(), 60, "the film is ready")
    said = rani.page.request.get(page).text()
    assert "Rani" in said and "Sekretaris Desa, Desa Bangsal" in said, "each has a track of their own"
    film = tmp_path / "film.webm"
    film.write_bytes(rani.page.request.get(f"{page}/{said.partition(f'{page}/')[2].partition('/')[0]}/film.webm").body())
    asked = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", film]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    assert {one["codec_name"] for one in told["streams"]} == {"opus", "vp8"} and float(told["format"]["duration"]) > 4
    listening = ["ffmpeg", "-nostdin", "-i", film, "-af", "volumedetect", "-f", "null", "-"]
    assert "mean_volume: -91" not in subprocess.run(listening, capture_output=True, text=True, check=True).stderr, "it has sound"
    assert "film.webm" not in desa.page.request.get(page).text(), "a guest does not see it"
    see_and_hear(rani, desa)
