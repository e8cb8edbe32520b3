import { Devices } from "./meeting/devices.ts";
import { Getting } from "./meeting/getting.ts";
import { Moves } from "./meeting/moves.ts";
import { People, type Person, type State } from "./meeting/people.ts";
import { quality } from "./meeting/policy.ts";
import { Sending, type What } from "./meeting/sending.ts";
import { Stage } from "./meeting/stage.ts";
import { Talk } from "./meeting/talk.ts";
import { Wire, type Word } from "./meeting/wire.ts";

/** A screen that came by itself goes back to its waiting page after this. */
const BACK_MS = 8000;

/**
 * A meeting: device check, lobby, faces, people, chat. The server wrote everything that is seen; this moves it.
 *
 *   <pd-meeting data-line="/meetings/abc/line" data-ticket="…" data-seat="p7"> … </pd-meeting>
 */
class PdMeeting extends HTMLElement {
  readonly words = JSON.parse(document.getElementById("meeting-words")!.textContent!) as Record<string, string>;
  role = "listener";
  sends = true;
  readonly piece = (name: string): HTMLElement => this.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  readonly say = (word: Word): void => this.wire.say(word);
  private ice: RTCIceServer[] = [];
  private entered = false;
  private joined = 0;
  wire!: Wire;
  sending!: Sending;
  getting!: Getting;
  people!: People;
  talk!: Talk;
  stage!: Stage;
  devices!: Devices;
  private moves!: Moves;
  private room: Word = { polls: [] };
  private told = "";

  connectedCallback(): void {
    const again = (): void => this.say({ do: "again" });
    this.wire = new Wire(this.dataset["line"]!, { ticket: this.dataset["ticket"] }, (word) => this.hear(word), () => this.notice(this.words["line_lost"]!));
    this.sending = new Sending(this.wire, again);
    this.getting = new Getting(this.wire, (streams) => this.stage.show(streams), again);
    this.people = new People(this.words, this.piece("people"), this.piece("lobby-list"), this.say, () => this.role === "convener", this.dataset["seat"]!);
    this.stage = new Stage(this.piece("grid"), this.people, this.getting, this.dataset["seat"]!);
    this.talk = new Talk(this.piece, this.words, this.say);
    this.devices = new Devices(this.piece, this.words, (name) => this.querySelector<HTMLElement>(`[data-check="${name}"]`)!);
    this.moves = new Moves(this);
    window.setInterval(() => void this.second(), 1000);
    window.addEventListener("pagehide", () => this.wire.close());
    this.show("join");
    void this.devices.look().then(() => { if (this.dataset["back"]) void this.enter("all"); });
  }

  show(stage: string): void {
    for (const one of this.querySelectorAll<HTMLElement>("[data-stage]")) one.hidden = one.dataset["stage"] !== stage;
  }

  notice(text: string): void {
    this.piece("notice").textContent = text;
    this.piece("notice").hidden = !text;
  }

  /** Begins: with the tracks that the person chose. */
  async enter(how: "all" | "audio" | "listen"): Promise<void> {
    this.joined = performance.now();
    this.dataset["how"] = how;
    const [audio] = this.devices.stream.getAudioTracks();
    const [video] = this.devices.stream.getVideoTracks();
    if (how !== "listen" && audio) await this.sending.set("audio", audio);
    if (how === "all" && video) await this.sending.set("video", video);
    else video?.stop();
    if (how === "listen") audio?.stop();
    this.devices.done();
    this.wire.open();
  }

  /** The last word of the product about this page, by its kind. */
  private hear(word: Word): void {
    const heard: Record<string, () => void> = {
      state: () => this.state(word),
      room: () => this.fill(word),
      people: () => this.everybody(word.people as Person[]),
      lobby: () => this.lobby(word.people as Person[]),
      stage: () => void this.onStage(word),
      media: () => this.media(word),
      "media-lost": () => this.notice(this.words["media_lost"]!),
      "media-missing": () => this.notice(this.words["media_missing"]!),
      happened: () => this.happened(word),
      reacted: () => this.talk.react(this.people.of(word.seat as string).name, word.sign as string),
      line: () => this.line(word),
      role: () => this.changeRole(word.role as string),
      silenced: () => void this.silenced(word),
      remote: () => this.querySelector<HTMLElement>(`.meeting-bar button[data-do="${word.do}"]`)?.click(),
      locked: () => this.flag("locked", Boolean(word.on), "lock"),
      recording: () => this.moves.recording(Boolean(word.on), word),
      answer: () => { if (word.error && word.n === null) this.notice(word.error as string); },
    };
    heard[word.say as string]?.();
  }

  private state(word: Word): void {
    const standing = word.standing as string;
    if (standing === "waiting") this.show("waiting");
    else if (standing === "in") {
      this.ice = word.ice as RTCIceServer[];
      this.show("in");
      this.changeRole(word.role as string);
      this.entered = true;
    } else {
      this.sending.stop();
      this.getting.stop();
      this.piece("over").textContent = this.words[standing] ?? this.words["no-ticket"]!;
      this.show("over");
      this.wire.close();
      const back = this.dataset["back"];
      if (back) window.setTimeout(() => location.assign(back), BACK_MS);
    }
  }

  private fill(room: Word): void {
    this.room = room;
    this.piece("chat").replaceChildren();
    for (const one of room.chat as Word[]) this.talk.chat(one);
    this.people.hands = room.hands as string[];
    this.talk.polls(room.polls as Word[], this.role === "convener");
    this.talk.timer(room.timer as Word | null);
    this.talk.tile(room.tile as Word | null);
    this.showDocument();
    this.flag("locked", Boolean(room.locked), "lock");
    this.moves.recording(Boolean(room.recording), room);
  }

  private everybody(people: Person[]): void {
    const isNew = people.some((one) => !this.people.list.some((known) => known.seat === one.seat));
    this.people.list = people;
    this.piece("count").textContent = String(people.length);
    this.people.draw();
    this.stage.draw();
    if (isNew) { this.told = ""; this.tellLine(); }
  }

  private async onStage(word: Word): Promise<void> {
    this.notice("");
    this.wire.feed = word.feed as string;
    this.stage.clear();
    this.getting.start(this.ice);
    const following = this.getting.follow(word.publishers as Word[]);
    if (this.role !== "listener" && this.sends) await this.sending.start(this.ice).catch(() => this.notice(this.words["media_missing"]!));
    this.stage.mirror("video", this.sending.track("video"));
    await following.catch(() => undefined);
    this.told = "";
    this.tellLine();
  }

  private media(word: Word): void {
    const data = (word.data ?? {}) as Word;
    if (word.handle === "sub") {
      if (word.kind === "event" && (data.streams || word.jsep)) void this.getting.heard(data, word.jsep as RTCSessionDescriptionInit | null);
      return;
    }
    if (data.publishers) void this.getting.follow(data.publishers as Word[]);
    if (data.videoroom === "talking" || data.videoroom === "stopped-talking") this.stage.speaks(data.id as string, data.videoroom === "talking");
  }

  private happened(word: Word): void {
    const room = this.room;
    if (word.kind === "chat") { this.talk.chat(word); this.unread(1); }
    if (word.kind === "hand") {
      const seat = (word.whose ?? word.seat) as string;
      this.people.hands = this.people.hands.filter((one) => one !== seat);
      if (word.up) this.people.hands.push(seat);
      if (seat === this.dataset["seat"]) this.press("hand", Boolean(word.up));
    }
    if (word.kind === "agree") this.people.set(word.seat as string, { agreed: true });
    if (word.kind === "timer") this.talk.timer(word.seconds ? word : null);
    if (word.kind === "tile") this.talk.tile(word.path ? word : null);
    if (word.kind === "document") { room.document = { ...word, page: 1 }; this.showDocument(); }
    if (word.kind === "page") { room.document = word.page ? { ...(room.document as Word), page: word.page } : null; this.showDocument(); }
    if (word.room_polls) {
      if ((word.room_polls as Word[]).some((one) => one.open && !(room.polls as Word[]).some((known) => known.poll === one.poll))) this.panel(true);
      room.polls = word.room_polls;
      this.talk.polls(room.polls as Word[], this.role === "convener");
    }
    this.people.draw();
    this.stage.draw();
  }

  private showDocument(): void {
    const shown = (this.room.document ?? null) as Word | null;
    this.talk.document(shown, this.role === "convener" || (shown?.seat === this.dataset["seat"] && this.role !== "listener"));
  }

  private line(word: Word): void {
    const state: State = { quality: word.quality as number };
    if (typeof word.mic === "boolean") state.mic = word.mic;
    if (typeof word.camera === "boolean") state.camera = word.camera;
    if (typeof word.screen === "boolean") state.screen = word.screen;
    this.people.set(word.seat as string, state);
    this.people.draw();
    this.stage.draw();
  }

  private changeRole(role: string): void {
    const begins = this.entered && this.role === "listener" && role !== "listener";
    this.role = role;
    for (const one of this.querySelectorAll<HTMLElement>('[data-for="convener"]')) one.hidden = role !== "convener";
    this.showDocument();
    for (const name of ["mic", "camera", "screen", "document"]) this.querySelector<HTMLButtonElement>(`.meeting-bar [data-do="${name}"]`)!.disabled = role === "listener";
    if (role === "listener") this.sending.stop();
    else if (begins) this.say({ do: "again" });
    this.talk.polls(this.room.polls as Word[], role === "convener");
    this.people.draw();
    this.moves.pressed();
  }

  /** A convener stopped the own sound or picture at the media server. */
  private async silenced(word: Word): Promise<void> {
    if (!word.muted) return;
    await this.moves.off(word.what as "audio" | "video");
    this.notice(`${this.words[word.what === "audio" ? "muted_by" : "camera_off_by"]} ${word.by}`);
  }

  private lobby(waiting: Person[]): void {
    this.people.drawLobby(waiting);
    const sign = this.piece("waiting");
    sign.hidden = !waiting.length;
    sign.textContent = `${waiting.length} ${this.words["waiting"]}`;
  }

  /** Opens or closes people and chat. */
  panel(open: boolean): void {
    this.piece("panel").hidden = !open;
    this.querySelector('[data-do="panel"]')!.setAttribute("aria-expanded", String(open));
    if (open) this.unread(0);
  }

  /** Counts lines of chat that arrived while the panel was closed; 0 = read. */
  private unread(more: number): void {
    const sign = this.piece("unread");
    const count = more && this.piece("panel").hidden ? Number(sign.textContent) + more : 0;
    sign.textContent = String(count || "");
    sign.hidden = !count;
  }

  flag(name: string, on: boolean, button: string): void {
    this.querySelector<HTMLElement>(`[data-show="${name}"]`)!.hidden = !on;
    this.press(button, on);
  }

  press(name: string, on: boolean): void {
    this.querySelector<HTMLElement>(`button[data-do="${name}"]`)?.setAttribute("aria-pressed", String(on));
  }

  private async second(): Promise<void> {
    if (!this.entered) return;
    await this.getting.measure();
    const how = quality(this.getting.line);
    this.piece("line").hidden = how === 3;
    this.piece("line").textContent = how === 3 ? "" : this.words[how === 2 ? "thin_line" : "sound_only"]!;
    this.stage.ask();
    this.tellLine();
  }

  /** Tells the others what is on and how good the line is, when it changed. */
  tellLine(): void {
    const on = (what: What): boolean => Boolean(this.sending.track(what)?.enabled) && this.role !== "listener";
    const word = { do: "line", quality: quality(this.getting.line), mic: on("audio"), camera: on("video"), screen: on("screen") };
    const text = JSON.stringify(word);
    if (text === this.told) return;
    this.told = text;
    this.say(word);
  }

  /** For measurements: since the click, in ms. */
  get sinceJoin(): number {
    return performance.now() - this.joined;
  }
}

export type Meeting = PdMeeting;
customElements.define("pd-meeting", PdMeeting);
