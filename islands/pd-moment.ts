/**
 * The time machine's slider over the server's form: ticks where deliveries and corrections came; choosing a moment takes the page as it
 * was known then and puts its content in place, without a reload. Arrow keys move it; without JavaScript the form does the same.
 *
 * <pd-moment data-indicators="a,b" data-as-of="" data-now="2026-…" data-ticks="/moments">… <div data-slider hidden>… <input type="range">
 */
import { language } from "./lib/words.ts";

interface Ticks {
  steps: number;
  ticks: [number, number, number][];
}

const DAY_MS = 86_400_000;
const SETTLE_MS = 500;

class PdMoment extends HTMLElement {
  private days = 7;
  private timer = 0;

  connectedCallback(): void {
    const box = this.querySelector<HTMLElement>("[data-slider]");
    if (!box) return;
    box.hidden = false;
    const age = this.now() - this.shown();
    this.days = [1, 7, 31, 366, 3660].find((days) => age <= days * DAY_MS) ?? 3660;
    if (!this.dataset["asOf"]) this.days = 7;
    for (const button of box.querySelectorAll<HTMLButtonElement>("button[data-days]")) {
      button.addEventListener("click", () => {
        this.days = Number(button.dataset["days"]);
        this.lay();
      });
    }
    this.range().addEventListener("input", () => this.moved());
    const details = this.querySelector("details")!;
    details.addEventListener("toggle", () => details.open && this.lay());
    if (details.open) this.lay();
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.timer);
  }

  private now(): number {
    return Date.parse(this.dataset["now"]!);
  }

  private shown(): number {
    return this.dataset["asOf"] ? Date.parse(this.dataset["asOf"]) : this.now();
  }

  private range(): HTMLInputElement {
    return this.querySelector<HTMLInputElement>("input[type=range]")!;
  }

  /** The slider over the chosen stretch, and its ticks. */
  private lay(): void {
    const range = this.range();
    const since = Math.min(this.now() - this.days * DAY_MS, this.shown());
    range.min = String(Math.floor(since / 1000));
    range.max = String(Math.ceil(this.now() / 1000));
    range.step = String(Math.max(60, Math.round((this.days * 86_400) / 1440)));
    range.value = String(Math.round(this.shown() / 1000));
    for (const button of this.querySelectorAll("button[data-days]")) button.setAttribute("aria-pressed", String(Number((button as HTMLElement).dataset["days"]) === this.days));
    this.say();
    void this.mark(since);
  }

  private async mark(since: number): Promise<void> {
    const query = new URLSearchParams({ since: new Date(since).toISOString(), until: new Date(this.now()).toISOString() });
    if (this.dataset["indicators"]) query.set("indicators", this.dataset["indicators"]);
    const answer = await fetch(`${this.dataset["ticks"]}?${query}`).catch(() => null);
    if (!answer?.ok) return;
    const { ticks } = (await answer.json()) as Ticks;
    const most = Math.max(1, ...ticks.map(([, deliveries]) => deliveries));
    const marks = ticks.map(([step, deliveries, corrections]) => {
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const height = corrections ? 10 : 3 + (5 * deliveries) / most;
      const place = { x: step + 0.2, y: 10 - height, width: 0.6, height, class: corrections ? "correction" : "delivery" };
      for (const [name, value] of Object.entries(place)) rect.setAttribute(name, String(value));
      return rect;
    });
    this.querySelector("svg.ticks")!.replaceChildren(...marks);
  }

  private say(): void {
    const range = this.range();
    const at = new Date(Number(range.value) * 1000);
    const text = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short", timeZone: this.dataset["zone"] }).format(at);
    this.querySelector("output")!.textContent = text;
    range.setAttribute("aria-valuetext", text);
  }

  private moved(): void {
    this.say();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.go(), SETTLE_MS);
  }

  /** The page at the chosen moment; at the right end it is now, and live. */
  private async go(): Promise<void> {
    const range = this.range();
    const address = new URL(location.href);
    // The last step may end a little before the end of the slider.
    if (Number(range.value) + Number(range.step) > Number(range.max)) address.searchParams.delete("as_of");
    else address.searchParams.set("as_of", new Date(Number(range.value) * 1000).toISOString());
    const focused = document.activeElement === range;
    const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
    if (!this.isConnected) return;
    if (!answer?.ok || answer.redirected) return location.assign(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    if (!fresh?.querySelector("pd-moment")) return location.assign(address);
    history.pushState(null, "", address);
    fresh.querySelector("pd-moment details")?.setAttribute("open", "");
    document.querySelector("main")?.replaceWith(document.adoptNode(fresh));
    if (focused) document.querySelector<HTMLInputElement>("pd-moment input[type=range]")?.focus();
  }
}

customElements.define("pd-moment", PdMoment);
window.addEventListener("popstate", () => location.reload());
