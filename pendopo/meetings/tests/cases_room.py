"""Every control of the room: what the *other* person saw or heard of it. Run by test_room.py in a network of its own."""

import json
import os
import re
import signal
import subprocess
import time

from playwright.sync_api import Browser

from pendopo.meetings.tests.coloured import pdf
from pendopo.meetings.tests.company import (
    BLUE,
    GREEN,
    RED,
    TAMU_HZ,
    see_and_hear,
)
from pendopo.meetings.tests.rooms import House, Person, is_near, wait
from tests.installations import patience, pendopo

# The colour in the middle of the document that is shown.
SHOWN = """() => {
  const picture = document.querySelector('[data-part="document"]:not([hidden]) img');
  if (!picture || !picture.complete || !picture.naturalWidth) return null;
  const canvas = Object.assign(document.createElement("canvas"), {width: 3, height: 3}), pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0, 3, 3);
  return [...pen.getImageData(1, 1, 1, 1).data].slice(0, 3);
}"""


def test_two_people_see_and_hear_each_other(rani: Person, desa: Person) -> None:
    assert "Desa Bangsal" in rani.page.inner_text(f'.meeting-tile[data-seat="{desa.seat}"] .agency')


def test_the_own_microphone_and_camera_go_off_and_on(rani: Person, desa: Person) -> None:
    desa.do("mic")
    wait(lambda: rani.hears(desa.seat) == 0, what="Rani hears nothing")
    wait(lambda: "🔇" in rani.signs(desa.seat), what="Rani sees why")
    desa.do("camera")
    wait(lambda: rani.sees(desa.seat) is None, what="Rani sees no picture")
    desa.do("mic")
    desa.do("camera")
    see_and_hear(rani, desa)
    assert "🔇" not in rani.signs(desa.seat)


def test_a_convener_mutes_and_stops_a_camera_whatever_the_browser_does(rani: Person, desa: Person) -> None:
    rani.deed(desa.seat, "mute")
    wait(lambda: rani.hears(desa.seat) == 0, what="Rani hears nothing")
    wait(lambda: "Rani" in desa.text("notice"), what="the village is told by whom")
    assert desa.page.get_attribute('button[data-do="mic"]', "aria-pressed") == "false"
    desa.page.evaluate("document.querySelector('pd-meeting').sending.track('audio').enabled = true")
    time.sleep(1)
    assert rani.hears(desa.seat) == 0
    rani.deed(desa.seat, "camera_off")
    wait(lambda: rani.sees(desa.seat) is None, what="Rani sees no picture")
    desa.page.evaluate("document.querySelector('pd-meeting').sending.track('audio').enabled = false")
    desa.do("mic")
    desa.do("camera")
    see_and_hear(rani, desa)


def test_hands_stand_in_a_queue_and_a_convener_lowers_them(rani: Person, desa: Person) -> None:
    desa.do("hand")
    wait(lambda: "✋1" in rani.signs(desa.seat), what="Rani sees the hand")
    rani.do("hand")
    wait(lambda: "✋2" in desa.signs(rani.seat), what="the second hand is the second")
    rani.deed(desa.seat, "lower")
    wait(lambda: "✋1" in desa.signs(rani.seat), what="the second hand is the first now")
    assert desa.page.get_attribute('button[data-do="hand"]', "aria-pressed") == "false"
    rani.do("hand")
    wait(lambda: "✋" not in desa.signs(rani.seat), what="no hand is up")


def test_chat_arrives_as_it_was_written(rani: Person, desa: Person) -> None:
    desa.page.fill("#chat-text", "Air naik <img src=x onerror=alert(1)> 20 cm")
    desa.page.press("#chat-text", "Enter")
    wait(lambda: "<img src=x onerror=alert(1)> 20 cm" in rani.text("chat"), what="Rani reads it")
    assert rani.page.locator('[data-part="chat"] img').count() == 0
    desa.page.set_input_files('[data-part="file"]', {"name": "peta banjir.txt", "mimeType": "text/plain", "buffer": b"Bangsal 1,2 m"})
    rani.page.wait_for_selector('[data-part="chat"] a')
    with rani.page.expect_download() as fetched:
        rani.page.click('[data-part="chat"] a')
    assert fetched.value.suggested_filename == "peta banjir.txt" and fetched.value.path().read_bytes() == b"Bangsal 1,2 m"


def test_reactions_pass(rani: Person, desa: Person) -> None:
    desa.page.click('.meeting-bar summary[data-menu="react"]')
    desa.page.click('button[data-sign="thumb"]')
    rani.page.wait_for_selector('[data-part="reactions"] [data-sign="thumb"]')
    assert "Sekretaris Desa" in rani.text("reactions")
    wait(lambda: rani.page.locator('[data-part="reactions"] span').count() == 0, what="it passes")


def test_a_poll_is_asked_answered_changed_and_closed(rani: Person, desa: Person) -> None:
    rani.page.click('[data-part="polls-box"] summary')
    rani.page.fill("input[name=question]", "Buka pintu air?")
    rani.page.fill("textarea[name=options]", "Ya\nTidak")
    rani.page.click('form[data-do="poll"] button')
    desa.page.wait_for_selector("[data-poll]")
    desa.page.click("[data-poll] button >> nth=1")
    wait(lambda: rani.votes() == [0, 1], what="Rani sees the vote")
    desa.page.click("[data-poll] button >> nth=0")
    wait(lambda: rani.votes() == [1, 0], what="the last choice counts")
    rani.page.click('[data-poll] button[data-deed="close_poll"]')
    wait(lambda: desa.page.is_disabled("[data-poll] button >> nth=0"), what="nobody votes any more")


def test_speaking_time_runs_on_every_page(rani: Person, desa: Person) -> None:
    rani.menu("convener")
    rani.page.fill("input[name=minutes]", "2")
    rani.page.click('form[data-do="timer"] button')
    desa.page.wait_for_selector('[data-part="timer"]:not([hidden])')
    assert desa.text("timer").startswith("1:5") or desa.text("timer") == "2:00"
    rani.menu("convener")
    rani.page.fill("input[name=minutes]", "0")
    rani.page.click('form[data-do="timer"] button')
    desa.page.wait_for_selector('[data-part="timer"]', state="hidden")


def test_a_screen_is_shown_large_beside_the_faces(rani: Person, desa: Person) -> None:
    rani.do("screen")
    wait(lambda: is_near(desa.sees(rani.seat, "screen"), GREEN), what="the village sees the screen")
    assert desa.page.get_attribute('[data-part="grid"]', "data-layout") == "speaker"
    assert desa.page.get_attribute("[data-main]", "data-what") == "screen"
    wait(lambda: is_near(desa.sees(rani.seat), RED), what="and the face")
    rani.do("screen")
    desa.page.wait_for_selector('[data-what="screen"]', state="detached")
    assert desa.page.get_attribute('[data-part="grid"]', "data-layout") == "grid"
    desa.do("screen")
    wait(lambda: is_near(rani.sees(desa.seat, "screen"), GREEN), what="Rani sees the village's screen")
    rani.do("screen")
    wait(lambda: is_near(desa.sees(rani.seat, "screen"), GREEN), what="several screens at once")
    rani.do("screen")
    desa.do("screen")
    rani.page.wait_for_selector('[data-what="screen"]', state="detached")


def test_a_board_of_the_wall_is_shown_live_beside_the_faces(rani: Person, desa: Person) -> None:
    rani.menu("convener")
    rani.page.fill('form[data-do="tile"] input[name=path]', "/wall/overview?tile=0")
    rani.page.click('form[data-do="tile"] button[type=submit]')
    frame = desa.page.frame_locator('[data-part="tile"] iframe')
    frame.locator("article.tile").wait_for()
    assert frame.locator("article.tile").count() == 1
    wait(lambda: is_near(desa.sees(rani.seat), RED), what="the face beside it")
    rani.menu("convener")
    rani.page.click('button[data-do="tile-end"]')
    desa.page.wait_for_selector('[data-part="tile"] iframe', state="detached")


def test_a_document_is_shown_to_everybody_and_its_pages_turned(rani: Person, desa: Person) -> None:
    desa.page.set_input_files(
        '[data-part="document-file"]', {"name": "surat.pdf", "mimeType": "application/pdf", "buffer": pdf("red", "blue")}
    )
    wait(lambda: is_near(rani.page.evaluate(SHOWN), RED), what="Rani sees the first page")
    assert "surat.pdf · 1/2" in rani.text("document-title")
    desa.page.click('button[data-do="document-turn"][data-step="1"]')
    wait(lambda: is_near(rani.page.evaluate(SHOWN), BLUE), what="Rani sees the second page")
    rani.page.click('button[data-do="document-turn"][data-step="-1"]')
    wait(lambda: is_near(desa.page.evaluate(SHOWN), RED), what="the convener turned it back")
    rani.page.click('button[data-do="document-end"]')
    desa.page.wait_for_selector('[data-part="document"]', state="hidden")


def test_layout_by_button_and_key(rani: Person, desa: Person) -> None:
    desa.page.locator("h1").click()
    desa.page.keyboard.press("l")
    assert desa.page.get_attribute("[data-main]", "data-seat") == rani.seat
    desa.do("layout")
    assert desa.page.locator("[data-main]").count() == 0


def test_a_stranger_waits_is_refused_and_stays_out(home: House, browser: Browser, meeting: dict[str, str], rani: Person) -> None:
    tamu = Person(browser, home, colour="green", tone=TAMU_HZ).open(meeting["url"], name="Tamu", agency="Entah").join()
    tamu.page.wait_for_selector("[data-stage=waiting]:not([hidden])")
    wait(lambda: rani.text("waiting").startswith("1 "), what="Rani is told that somebody waits")
    rani.page.click('[data-part="lobby-list"] button[data-deed="refuse"]')
    tamu.page.wait_for_selector("[data-stage=over]:not([hidden])")
    tamu.open(meeting["url"], name="Orang lain", agency="Entah").join()
    tamu.page.wait_for_selector("[data-stage=over]:not([hidden])")
    rani.page.wait_for_selector('[data-part="waiting"]', state="hidden")
    tamu.leave()


def test_admitted_promoted_and_removed(home: House, browser: Browser, meeting: dict[str, str], rani: Person, desa: Person) -> None:
    camat = Person(browser, home, colour="green", tone=TAMU_HZ).open(meeting["url"], name="Pak Camat", agency="Kecamatan Bangsal").join()
    camat.page.wait_for_selector("[data-stage=waiting]:not([hidden])")
    rani.page.wait_for_selector('[data-part="lobby-list"] div[data-seat]')
    rani.page.click('button[data-do="admit-all"]')
    camat.inside()
    wait(lambda: is_near(desa.sees(camat.seat), GREEN), what="the village sees green")
    rani.deed(camat.seat, "to_listener")
    wait(lambda: desa.sees(camat.seat) is None and desa.hears(camat.seat) == 0, what="a listener is neither seen nor heard")
    assert camat.page.is_disabled('button[data-do="mic"]')
    wait(lambda: is_near(camat.sees(desa.seat), BLUE), what="a listener sees")
    rani.deed(camat.seat, "to_convener")
    wait(lambda: camat.page.locator('[data-for="convener"]:not([hidden])').count() > 0, what="the camat convenes")
    wait(lambda: abs(desa.hears(camat.seat) - TAMU_HZ) < 30, what="the village hears 660 Hz again")
    camat.panel().deed(desa.seat, "mute")
    wait(lambda: camat.hears(desa.seat) == 0, what="a promoted convener may mute")
    desa.do("mic")
    rani.deed(camat.seat, "remove")
    camat.page.wait_for_selector("[data-stage=over]:not([hidden])")
    wait(lambda: desa.sees(camat.seat) is None, what="the village sees green no more")
    wait(lambda: "Pak Camat" not in desa.text("people"), what="the list is without him")
    camat.open(meeting["url"], name="Pak Camat", agency="Kecamatan Bangsal").join()
    camat.page.wait_for_selector("[data-stage=over]:not([hidden])")
    camat.leave()


def test_a_locked_room_lets_the_invited_wait(home: House, browser: Browser, rani: Person, desa: Person, meeting: dict[str, str]) -> None:
    rani.menu("convener")
    rani.page.click('button[data-do="lock"]')
    desa.page.wait_for_selector('[data-show="locked"]:not([hidden])')
    late = Person(browser, home).open(meeting["url"], name="Terlambat", agency="Polsek").join()
    late.page.wait_for_selector("[data-stage=waiting]:not([hidden])")
    late.leave()
    rani.page.wait_for_selector('[data-part="lobby-list"] div[data-seat]', state="detached")
    rani.menu("convener")
    rani.page.click('button[data-do="lock"]')
    desa.page.wait_for_selector('[data-show="locked"]', state="hidden")


def test_the_screen_of_a_meeting_room_comes_by_itself_and_a_phone_governs_it(home: House, browser: Browser, rani: Person) -> None:
    made = pendopo("screen", "new", "Ruang Utama", "--json", "--data", str(home.up.data))
    form = rani.page.request.get("/meetings/new").text()
    asked = {
        "csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[0],
        "subject": "Rapat pagi",
        "place": "Ruang Utama",
        "minutes": "60",
        "quorum": "0",
        "start": re.findall(r'name="start" value="([^"]+)"', form)[0],
    }
    page = rani.page.request.post("/meetings/new", form=asked, headers={"Referer": f"http://localhost:{home.up.port}/"})
    room = page.url.removesuffix("/plan")
    convener = Person(browser, home, colour="red").sign_in().open(room).join().inside()
    screen = Person(browser, home, colour="green", tone=TAMU_HZ)
    screen.page.goto(f"/wall/meeting?kiosk={json.loads(made.stdout)['token']}")
    screen.inside()
    wait(lambda: is_near(convener.sees(screen.seat), GREEN), what="the convener sees the meeting room")
    phone = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    phone.goto(str(screen.page.get_attribute("a.meeting-remote", "href")).replace("127.0.0.1", "localhost"))
    phone.click('button[value="mic"]')
    wait(lambda: convener.hears(screen.seat) == 0, what="the phone switched the room's microphone off")
    phone.click('button[value="camera"]')
    wait(lambda: convener.sees(screen.seat) is None, what="and the camera")
    for one in (phone.context, convener.context, screen.context):
        one.close()


def test_a_cut_line_mends_itself(rani: Person, desa: Person) -> None:
    subprocess.run(["ip", "link", "set", "rtc0", "down"], check=True)
    time.sleep(2)
    subprocess.run(["ip", "link", "set", "rtc0", "up"], check=True)
    see_and_hear(rani, desa, 20)


def test_the_media_server_dies_and_everybody_is_back_in_five_seconds(home: House, rani: Person, desa: Person) -> None:
    before = home.up.pid("Janus")
    begun = time.monotonic()
    os.kill(before, signal.SIGKILL)
    wait(lambda: home.up.pid("Janus") != before, 5, "a new Janus")
    for one, seat, colour in ((rani, desa.seat, BLUE), (desa, rani.seat, RED)):
        wait(lambda one=one, seat=seat, colour=colour: one.is_moving(seat) and is_near(one.sees(seat), colour), 5, "the picture is back")
    assert time.monotonic() - begun < 5 * patience()
    see_and_hear(rani, desa)


def test_no_page_complained(rani: Person, desa: Person) -> None:
    assert rani.errors == [] and desa.errors == []


def test_the_end_is_for_everybody(home: House, rani: Person, desa: Person, meeting: dict[str, str]) -> None:
    rani.menu("convener")
    rani.page.click('button[data-do="end"]')
    desa.page.wait_for_selector("[data-stage=over]:not([hidden])")
    rani.page.wait_for_selector("[data-stage=over]:not([hidden])")
    there = {one["name"]: one for one in home.ask(f"meetings/{meeting['code']}/attendance")["people"]}
    before = {"Pendengar", "Tanpa Kamera"}
    assert set(there) == {"Rani", "Sekretaris Desa", "Pak Camat"} | before, "whoever was in the room, and nobody who only waited"
    assert all(one["left"] for one in there.values()) and there["Rani"]["seconds"] > there["Pak Camat"]["seconds"] > 0
