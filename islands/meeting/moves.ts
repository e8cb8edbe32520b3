import type { Meeting } from "../pd-meeting.ts";
import type { Word } from "./wire.ts";

const KEYS: Record<string, string> = { m: "mic", v: "camera", s: "screen", h: "hand", l: "layout", p: "panel" };

/** What a person does: buttons, forms and keys of the page. */
export class Moves {
  private agreed = false;
  private isRecording = false;

  constructor(private readonly page: Meeting) {
    page.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("button[data-do]");
      if (button) void this.move(button.dataset["do"]!, button);
      const kept = button ? null : (event.target as Element).closest("details");
      for (const menu of page.querySelectorAll<HTMLDetailsElement>(".meeting-menu[open], .meeting-people details[open]")) if (menu !== kept) menu.open = false;
    });
    page.addEventListener("submit", (event) => {
      const form = (event.target as Element).closest<HTMLFormElement>("form[data-do]");
      if (!form) return;
      event.preventDefault();
      this.submit(form.dataset["do"]!, new FormData(form), form);
      form.closest("details")?.removeAttribute("open");
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") for (const menu of page.querySelectorAll("details[open]")) menu.removeAttribute("open");
      const typing = (event.target as Element).closest("input, textarea, select");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const name = KEYS[event.key.toLowerCase()];
      const button = name && page.querySelector<HTMLButtonElement>(`button[data-do="${name}"]`);
      if (button && !button.disabled && button.offsetParent) { event.preventDefault(); button.click(); }
    });
    for (const name of ["file", "document-file"]) page.piece(name).addEventListener("change", (event) => void this.file(event.target as HTMLInputElement, name !== "file"));
  }

  private async move(name: string, button: HTMLElement): Promise<void> {
    const page = this.page;
    const deeds: Record<string, () => unknown> = {
      join: () => page.enter("all"),
      "join-audio": () => page.enter("audio"),
      "join-listen": () => page.enter("listen"),
      beep: () => page.devices.beep(),
      heard: () => page.devices.heard(true),
      unheard: () => page.devices.heard(false),
      mic: () => this.toggle("audio"),
      camera: () => this.toggle("video"),
      screen: () => this.screen(),
      hand: () => page.say({ do: "hand", up: button.getAttribute("aria-pressed") !== "true" }),
      react: () => page.say({ do: "react", sign: button.dataset["sign"] }),
      layout: () => { page.stage.layout = page.stage.layout === "grid" ? "speaker" : "grid"; page.stage.draw(); },
      panel: () => page.panel(page.piece("panel").hidden !== false),
      waiting: () => page.panel(true),
      lock: () => page.say({ do: "lock", on: button.getAttribute("aria-pressed") !== "true" }),
      record: () => this.record(button.getAttribute("aria-pressed") !== "true"),
      document: () => page.piece("document-file").click(),
      "document-turn": () => page.say({ do: "page", page: Number(button.dataset["page"]) }),
      "document-end": () => page.say({ do: "page", page: 0 }),
      "tile-end": () => page.say({ do: "tile", path: "" }),
      end: () => page.say({ do: "end" }),
      "admit-all": () => page.say({ do: "admit" }),
      leave: () => { page.wire.close(); location.assign(location.pathname); },
      agree: () => { page.say({ do: "agree" }); this.agree(); },
      "stop-sending": () => void this.stopSending(),
    };
    await deeds[name]?.();
  }

  private submit(name: string, data: FormData, form: HTMLFormElement): void {
    const text = (field: string): string => String(data.get(field) ?? "");
    if (name === "chat") this.page.say({ do: "chat", text: text("text") });
    if (name === "timer") this.page.say({ do: "timer", seconds: Math.round(Number(text("minutes")) * 60) });
    if (name === "tile") this.page.say({ do: "tile", path: text("path"), government: text("government") === "yes" });
    if (name === "poll") this.page.say({ do: "poll", question: text("question"), options: text("options").split("\n") });
    if (name === "chat" || name === "poll") form.reset();
  }

  /** Microphone or camera on or off. Off is off: the device is let go, and others see it at once. */
  private async toggle(what: "audio" | "video"): Promise<void> {
    const page = this.page;
    const track = page.sending.track(what);
    if (track?.enabled) { await this.off(what); return; }
    if (this.isRecording && !this.agreed) { page.piece("consent").hidden = false; return; }
    page.say({ do: "unmute", what });
    if (what === "audio" && track) track.enabled = true;
    else {
      const wanted = what === "audio" ? { audio: true } : { video: { width: { ideal: 1280 }, height: { ideal: 720 } } };
      const found = await navigator.mediaDevices.getUserMedia(wanted).catch(() => null);
      if (!found) { page.notice(page.words["wrong_device"]!); return; }
      await page.sending.set(what, found.getTracks()[0]!);
    }
    page.notice("");
    if (what === "video") page.stage.mirror("video", page.sending.track("video"));
    this.pressed();
  }

  /** Microphone or camera off. */
  async off(what: "audio" | "video"): Promise<void> {
    const page = this.page;
    const track = page.sending.track(what);
    if (what === "audio" && track) track.enabled = false;
    if (what === "video") { await page.sending.set("video", null); page.stage.mirror("video", undefined); }
    this.pressed();
  }

  /** Shows on the buttons what is on, and tells the others. */
  pressed(): void {
    const page = this.page;
    page.press("mic", Boolean(page.sending.track("audio")?.enabled));
    page.press("camera", Boolean(page.sending.track("video")));
    page.press("screen", Boolean(page.sending.track("screen")));
    page.tellLine();
  }

  private async screen(): Promise<void> {
    const page = this.page;
    if (page.sending.track("screen")) {
      await page.sending.set("screen", null);
      page.stage.mirror("screen", undefined);
    } else {
      const options = { video: { frameRate: { max: 15 } }, audio: false, preferCurrentTab: page.dataset["tab"] === "own" } as DisplayMediaStreamOptions;
      const found = await navigator.mediaDevices.getDisplayMedia(options).catch(() => null);
      const track = found?.getVideoTracks()[0];
      if (!track) return;
      track.onended = () => void this.screen();
      await page.sending.set("screen", track);
      page.stage.mirror("screen", track);
    }
    this.pressed();
  }

  /** Begins or ends recording; who presses agrees by it. */
  private record(on: boolean): void {
    this.agreed = on;
    this.page.say({ do: "record", on });
  }

  /** Recording began or ended: nothing of a person is sent until they agree. */
  recording(on: boolean, word: Word): void {
    const page = this.page;
    this.isRecording = on;
    page.flag("recording", on, "record");
    if (!on) this.agreed = false;
    const known = (word.agreed as string[] | undefined) ?? [];
    this.agreed ||= known.includes(page.dataset["seat"]!);
    page.people.record(on, known);
    page.stage.draw();
    page.sending.hold(on && !this.agreed);
    page.piece("consent").hidden = !on || this.agreed || !page.sending.sends;
    page.tellLine();
  }

  private agree(): void {
    this.agreed = true;
    this.page.sending.hold(false);
    this.page.piece("consent").hidden = true;
    this.page.tellLine();
  }

  private async stopSending(): Promise<void> {
    this.page.piece("consent").hidden = true;
    this.page.sending.give();
    await this.off("audio");
    await this.off("video");
    if (this.page.sending.track("screen")) await this.screen();
  }

  /** Sends a file into the chat, or shows it to everybody. */
  private async file(input: HTMLInputElement, shown: boolean): Promise<void> {
    const file = input.files?.[0];
    if (!file) return;
    const form = new FormData();
    form.append("ticket", this.page.dataset["ticket"]!);
    form.append("file", file);
    if (shown) form.append("show", "yes");
    const answer = await fetch(this.page.dataset["files"]!, { method: "POST", body: form });
    if (!answer.ok) this.page.notice(answer.status === 413 ? this.page.words["file_refused"]! : ((await answer.json()) as Word).detail as string);
    input.value = "";
  }
}
