import type { Word } from "./wire.ts";

const REACTION_MS = 4000;
export const MARKS: Record<string, string> = { clap: "👏", thumb: "👍", heart: "❤️", laugh: "😄", wow: "😮" };

/** Chat with files, reactions, polls and the timer: what the room says besides faces. */
export class Talk {
  private ends = 0;

  constructor(private readonly part: (name: string) => HTMLElement, private readonly words: Record<string, string>, private readonly say: (word: Word) => void) {
    window.setInterval(() => this.tick(), 500);
  }

  chat(one: Word): void {
    const line = document.createElement("li");
    const who = Object.assign(document.createElement("b"), { textContent: one.name as string });
    const at = Object.assign(document.createElement("time"), { dateTime: one.at as string, textContent: new Date(one.at as string).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) });
    const text = Object.assign(document.createElement("span"), { textContent: (one.text ?? "") as string });
    line.append(who, at, text);
    if (one.file) line.append(Object.assign(document.createElement("a"), { href: one.file as string, textContent: one.file_name as string, download: "" }));
    const box = this.part("chat");
    box.append(line);
    box.scrollTop = box.scrollHeight;
  }

  react(name: string, sign: string): void {
    const mark = Object.assign(document.createElement("span"), { textContent: `${MARKS[sign] ?? ""} ${name}` });
    mark.dataset["sign"] = sign;
    this.part("reactions").append(mark);
    window.setTimeout(() => mark.remove(), REACTION_MS);
  }

  polls(polls: Word[], convenes: boolean): void {
    this.part("polls-box").hidden = !polls.length && !convenes;
    this.part("polls").replaceChildren(...polls.map((poll) => this.poll(poll, convenes)));
  }

  private poll(poll: Word, convenes: boolean): HTMLElement {
    const box = document.createElement("fieldset");
    box.dataset["poll"] = poll.poll as string;
    box.append(Object.assign(document.createElement("legend"), { textContent: poll.question as string }));
    (poll.options as string[]).forEach((option, number) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: option, disabled: !poll.open });
      button.onclick = () => this.say({ do: "vote", poll: poll.poll, option: number });
      const count = Object.assign(document.createElement("output"), { textContent: String((poll.votes as number[])[number] ?? 0) });
      const row = document.createElement("div");
      row.append(button, count);
      box.append(row);
    });
    if (convenes && poll.open) {
      const close = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: this.words["close_poll"] });
      close.dataset["deed"] = "close_poll";
      close.onclick = () => this.say({ do: "poll-end", poll: poll.poll });
      box.append(close);
    }
    return box;
  }

  timer(timer: Word | null): void {
    this.ends = timer ? Date.parse(timer.ends as string) : 0;
    this.part("timer").hidden = !this.ends;
    this.tick();
  }

  private tick(): void {
    if (!this.ends) return;
    const left = Math.max(0, Math.round((this.ends - Date.now()) / 1000));
    this.part("timer").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    this.part("timer").toggleAttribute("data-over", left === 0);
  }

  tile(tile: Word | null): void {
    const box = this.part("tile");
    box.hidden = !tile;
    const frame = box.querySelector("iframe");
    if (!tile) box.replaceChildren();
    else if (frame?.getAttribute("src") !== tile.path) {
      box.replaceChildren(Object.assign(document.createElement("iframe"), { src: tile.path as string, title: tile.title as string }));
    }
  }

  /** The document that somebody shows; whoever may turn its pages has buttons. */
  document(shown: Word | null, mayTurn: boolean): void {
    const box = this.part("document");
    box.hidden = !shown;
    if (!shown) { box.querySelector("img")!.removeAttribute("src"); return; }
    const page = shown.page as number;
    const address = `${shown.document}/${page}`;
    const picture = box.querySelector("img")!;
    if (picture.getAttribute("src") !== address) picture.src = address;
    picture.alt = `${shown.title}, ${page}/${shown.pages}`;
    this.part("document-title").textContent = `${shown.title} · ${page}/${shown.pages}`;
    for (const button of box.querySelectorAll<HTMLButtonElement>("button")) {
      button.hidden = !mayTurn;
      const to = button.dataset["do"] === "document-end" ? 0 : page + Number(button.dataset["step"]);
      button.disabled = button.dataset["do"] !== "document-end" && (to < 1 || to > (shown.pages as number));
      button.dataset["page"] = String(to);
    }
  }
}
