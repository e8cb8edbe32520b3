import type { Word } from "./wire.ts";

export interface Person { seat: string; name: string; agency: string; role: string }
/** What a person last said of themselves: microphone and camera on, how good their line is, and whether they agreed to be recorded. */
export interface State { mic?: boolean; camera?: boolean; screen?: boolean; quality?: number; agreed?: boolean }

type Say = (word: Word) => void;

/** The list of people with hands, lines and what a convener may do with them; and the lobby. */
export class People {
  list: Person[] = [];
  hands: string[] = [];
  private readonly states = new Map<string, State>();
  private readonly lines = new Map<string, { text: string; line: HTMLElement }>();

  constructor(readonly words: Record<string, string>, private readonly box: HTMLElement, private readonly lobbyBox: HTMLElement, private readonly say: Say, private readonly convenes: () => boolean, private readonly own: string) {}

  of(seat: string): Person {
    return this.list.find((one) => one.seat === seat) ?? { seat, name: "", agency: "", role: "speaker" };
  }

  state(seat: string): State {
    return this.states.get(seat) ?? {};
  }

  /** Who agreed to the recording, from the beginning of one to its end. */
  record(on: boolean, agreed: string[]): void {
    for (const one of this.list) this.set(one.seat, { agreed: on && agreed.includes(one.seat) });
    this.draw();
  }

  set(seat: string, state: State): void {
    this.states.set(seat, { ...this.state(seat), ...state });
  }

  /** Small signs beside a name: hand, recorded, microphone off, line. */
  signs(seat: string): string {
    const state = this.state(seat);
    const line = state.quality === 1 ? "▁" : state.quality === 2 ? "▁▃" : state.quality === 3 ? "▁▃▅" : "";
    return [this.hands.includes(seat) ? `✋${this.hands.indexOf(seat) + 1}` : "", state.agreed ? "⏺" : "", state.mic === false ? "🔇" : "", line].filter(Boolean).join(" ");
  }

  draw(): void {
    const order = (one: Person): number => (this.hands.includes(one.seat) ? this.hands.indexOf(one.seat) : 1000);
    const sorted = [...this.list].sort((a, b) => order(a) - order(b) || a.agency.localeCompare(b.agency) || a.name.localeCompare(b.name));
    const lines = sorted.map((one) => this.kept(one));
    for (const seat of this.lines.keys()) if (!sorted.some((one) => one.seat === seat)) this.lines.delete(seat);
    if (lines.length !== this.box.children.length || lines.some((line, at) => this.box.children[at] !== line)) this.box.replaceChildren(...lines);
  }

  /** The line of a person; the one that stands there while nothing of it changed, so that no menu closes under a hand. */
  private kept(person: Person): HTMLElement {
    const text = JSON.stringify([person, this.state(person.seat), this.hands.indexOf(person.seat), this.convenes()]);
    const before = this.lines.get(person.seat);
    if (before?.text === text) return before.line;
    const line = this.line(person);
    if (before?.line.querySelector("details[open]")) line.querySelector("details")?.setAttribute("open", "");
    this.lines.set(person.seat, { text, line });
    return line;
  }

  private line(person: Person): HTMLElement {
    const line = document.createElement("li");
    line.dataset["seat"] = person.seat;
    const name = document.createElement("span");
    name.textContent = person.name;
    const about = document.createElement("small");
    const recorded = this.state(person.seat).agreed ? this.words["recorded"]! : "";
    about.textContent = [person.agency, this.words[person.role] ?? "", recorded, this.lineWord(person.seat)].filter(Boolean).join(" · ");
    const signs = document.createElement("span");
    signs.className = "signs";
    signs.textContent = this.signs(person.seat);
    line.append(name, signs, about);
    if (this.convenes() && person.seat !== this.own) line.append(this.deeds(person));
    return line;
  }

  private lineWord(seat: string): string {
    const quality = this.state(seat).quality;
    return quality ? this.words[`line_${quality}`] ?? "" : "";
  }

  private deeds(person: Person): HTMLElement {
    const menu = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "⋯";
    summary.setAttribute("aria-label", `${this.words["deeds"]} ${person.name}`);
    const seat = person.seat;
    const speaks = person.role !== "listener";
    menu.append(
      summary,
      ...(this.hands.includes(seat) ? [this.button("lower", { do: "lower", seat })] : []),
      this.button("mute", { do: "mute", seat, what: "audio" }),
      this.button("camera_off", { do: "mute", seat, what: "video" }),
      this.button(speaks ? "to_listener" : "to_speaker", { do: "role", seat, role: speaks ? "listener" : "speaker" }),
      this.button("to_convener", { do: "role", seat, role: "convener" }),
      this.button("remove", { do: "remove", seat }),
    );
    return menu;
  }

  private button(label: string, word: Word): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.dataset["deed"] = label;
    button.textContent = this.words[label] ?? label;
    button.onclick = () => {
      button.closest("details")?.removeAttribute("open");
      this.say(word);
    };
    return button;
  }

  /** Who waits, with one button for each and one for each agency. */
  drawLobby(waiting: Person[]): void {
    const agencies = new Map<string, Person[]>();
    for (const one of waiting) agencies.set(one.agency, [...(agencies.get(one.agency) ?? []), one]);
    const lines = [...agencies].map(([agency, people]) => {
      const line = document.createElement("li");
      const head = document.createElement("b");
      head.textContent = agency || "–";
      line.append(head);
      if (people.length > 1 && agency) line.append(this.button("admit_agency", { do: "admit", agency }));
      for (const one of people) {
        const row = document.createElement("div");
        row.dataset["seat"] = one.seat;
        row.append(Object.assign(document.createElement("span"), { textContent: one.name }), this.button("admit", { do: "admit", seat: one.seat }), this.button("refuse", { do: "refuse", seat: one.seat }));
        line.append(row);
      }
      return line;
    });
    this.lobbyBox.replaceChildren(...lines);
  }
}
