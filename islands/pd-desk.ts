/**
 * The desk of the watch: an alarm that rings while something waits to be taken on, heartbeats, and one key for each action.
 *
 * What rings is said by the page (`data-ringing`) and by the answer to each heartbeat, so that an alarm comes also when the live line is
 * lost. A browser lets a page make sound only after it was touched: until then the desk says so and does not count as awake.
 *
 * <pd-desk data-beat="/desk/beat" data-watch="1"><form>… <span data-said></span> <button data-test> <button data-heard></form></pd-desk>
 * A key: <a data-key="n" data-label="Open an incident">; in a marked row: <button data-row-key="t">; rows: <li data-row tabindex="0">.
 */
const BEAT_MS = 15_000;
const RING_MS = 4000;
const FORGIVEN_MS = 45_000;

/** Two tones that carry through a room; three times for an alarm, once for a try. */
class Bell {
  private context: AudioContext | null = null;

  get ready(): boolean {
    return this.context?.state === "running";
  }

  async wake(): Promise<boolean> {
    this.context ??= new AudioContext();
    if (this.context.state !== "running") await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 400))]);
    return this.ready;
  }

  ring(times: number): void {
    const context = this.context;
    if (!context || !this.ready) return;
    for (let turn = 0; turn < times; turn++) {
      for (const [tone, frequency] of [880, 660].entries()) {
        const start = context.currentTime + turn * 0.7 + tone * 0.3;
        const voice = context.createOscillator();
        const gain = context.createGain();
        voice.type = "triangle";
        voice.frequency.value = frequency;
        gain.gain.setValueAtTime(0.0001, start);
        gain.gain.exponentialRampToValueAtTime(0.6, start + 0.03);
        gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.28);
        voice.connect(gain).connect(context.destination);
        voice.start(start);
        voice.stop(start + 0.3);
      }
    }
  }
}

class PdDesk extends HTMLElement {
  private bell = new Bell();
  private timers: number[] = [];
  private ringing = 0;
  private answered = Date.now();
  private heading = document.title;

  connectedCallback(): void {
    this.heading = document.title.replace(/^\(\d+\) /, "");
    this.querySelector("[data-test]")?.addEventListener("click", () => void this.test());
    document.addEventListener("keydown", this.press);
    document.addEventListener("pointerdown", this.touch);
    document.addEventListener("pendopo:again", this.look);
    this.look();
    if (this.onWatch) void this.bell.wake().then(() => { this.tell(); this.look(); void this.beat(); });
    this.timers = [window.setInterval(() => void this.beat(), BEAT_MS), window.setInterval(() => this.sound(), RING_MS)];
  }

  disconnectedCallback(): void {
    for (const timer of this.timers) window.clearInterval(timer);
    document.removeEventListener("keydown", this.press);
    document.removeEventListener("pointerdown", this.touch);
    document.removeEventListener("pendopo:again", this.look);
  }

  private get onWatch(): boolean {
    return this.dataset["watch"] === "1";
  }

  /** How many alerts wait, as the page says it now. */
  private readonly look = (): void => {
    const said = document.querySelector<HTMLElement>("[data-ringing]");
    this.hear(Number(said?.dataset["ringing"] ?? 0));
  };

  private hear(count: number): void {
    const more = count > this.ringing;
    this.ringing = count;
    document.title = count ? `(${count}) ${this.heading}` : this.heading;
    this.toggleAttribute("data-alarm", count > 0);
    if (more) this.sound();
  }

  private sound(): void {
    if (this.onWatch && this.ringing > 0) this.bell.ring(3);
  }

  private readonly touch = (): void => {
    if (this.onWatch && !this.bell.ready) void this.bell.wake().then(() => { this.tell(); void this.beat(); this.sound(); });
  };

  private async test(): Promise<void> {
    await this.bell.wake();
    this.bell.ring(1);
    this.querySelector<HTMLElement>("[data-heard]")?.removeAttribute("hidden");
    if (this.onWatch) this.tell();
  }

  private tell(): void {
    const place = this.querySelector("[data-said]");
    if (!place || !this.onWatch) return;
    const late = Date.now() - this.answered > FORGIVEN_MS;
    place.textContent = (late ? this.dataset["lost"] : this.bell.ready ? this.dataset["ready"] : this.dataset["blocked"]) ?? "";
    place.className = late || !this.bell.ready ? "state danger" : "quiet";
  }

  private async beat(): Promise<void> {
    const token = this.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    const body = new URLSearchParams({ sound: this.bell.ready ? "1" : "0", csrfmiddlewaretoken: token });
    const answer = await fetch(this.dataset["beat"] ?? "", { method: "POST", body }).catch(() => null);
    if (answer?.ok) {
      this.answered = Date.now();
      const { ringing, watch } = (await answer.json()) as { ringing: number; watch: boolean };
      this.hear(ringing);
      if (this.onWatch && !watch) location.reload();
    }
    this.tell();
  }

  /** One key for each action; none while somebody writes. */
  private readonly press = (event: KeyboardEvent): void => {
    this.touch();
    const at = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return (document.activeElement as HTMLElement | null)?.blur();
    if (at.matches("input, textarea, select")) return;
    const row = document.activeElement?.closest<HTMLElement>("[data-row]") ?? null;
    const name = event.key.toLowerCase();
    if (name === "j" || name === "k") this.step(row, name === "j" ? 1 : -1);
    else if (event.key === "Enter" && row === at) row.querySelector<HTMLElement>("[data-open]")?.click();
    else if (name === "?") this.help();
    else {
      const scope = row ?? document.querySelector<HTMLElement>("[data-row]");
      const target = scope?.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(name)}"]`) ?? document.querySelector<HTMLElement>(`[data-key="${CSS.escape(name)}"]`);
      if (!target) return;
      if (target.dataset["focus"] !== undefined) target.focus();
      else target.click();
    }
    event.preventDefault();
  };

  private step(row: HTMLElement | null, by: number): void {
    const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
    const next = rows[row ? Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + by)) : 0];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  private help(): void {
    const dialog = document.querySelector<HTMLDialogElement>("dialog.keys");
    const list = dialog?.querySelector("dl");
    if (!dialog || !list || dialog.open) return;
    for (const old of list.querySelectorAll("[data-made]")) old.remove();
    const said = new Set<string>();
    for (const one of document.querySelectorAll<HTMLElement>("[data-key], [data-row-key]")) {
      const key = one.dataset["key"] ?? one.dataset["rowKey"] ?? "";
      if (said.has(key) || key === "?") continue;
      said.add(key);
      const [term, text] = [document.createElement("dt"), document.createElement("dd")];
      const mark = document.createElement("kbd");
      mark.textContent = key;
      term.append(mark);
      text.textContent = one.dataset["label"] ?? "";
      for (const part of [term, text]) { part.dataset["made"] = ""; list.append(part); }
    }
    dialog.showModal();
  }
}

customElements.define("pd-desk", PdDesk);
document.querySelector("[data-help]")?.addEventListener("click", () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true })));
