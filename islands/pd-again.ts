/**
 * A part of the page that the server draws anew whenever a word about one of its indicators comes, and every so many seconds where it says
 * so: what stands in it is always what a reader without JavaScript would get. Parts that are due together ask once. It keeps what was
 * ticked, unfolded and focused, waits while someone writes in it, and asks at most once in a while. With `data-key`, another key in the new
 * page means that it has become another page: it is loaded whole.
 *
 * <pd-again id="alerts-now" data-indicator="alerts incidents" data-region="35.16.13" data-every="30">…</pd-again>   (region, every: optional)
 */
import { follow } from "./lib/river.ts";

const LEAST_MS = 300;
const SHARED_MS = 150;

let shared: { at: number; page: Promise<Document | null> } | null = null;

/** The page as it is now; parts that ask within a moment get the same answer. */
function freshPage(): Promise<Document | null> {
  if (shared && performance.now() - shared.at < SHARED_MS) return shared.page;
  const page = fetch(location.href, { headers: { accept: "text/html" } })
    .then(async (answer) => (answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null))
    .catch(() => null);
  shared = { at: performance.now(), page };
  return page;
}

class PdAgain extends HTMLElement {
  private stops: (() => void)[] = [];
  private asked = 0;
  private planned = 0;
  private every = 0;

  connectedCallback(): void {
    const region = this.dataset["region"];
    this.stops = (this.dataset["indicator"] ?? "").split(" ").filter(Boolean).map((indicator) =>
      follow(indicator, (word) => {
        if (!word.first && (!region || word.region === region)) this.plan();
      }),
    );
    const seconds = Number(this.dataset["every"] ?? 0);
    if (seconds > 0) this.every = window.setInterval(() => this.plan(), seconds * 1000);
  }

  disconnectedCallback(): void {
    for (const stop of this.stops) stop();
    window.clearInterval(this.every);
    window.clearTimeout(this.planned);
  }

  private plan(): void {
    if (this.planned) return;
    const wait = Math.max(30, this.asked + LEAST_MS - performance.now());
    this.planned = window.setTimeout(() => void this.renew(), wait);
  }

  private get writing(): boolean {
    const focus = document.activeElement;
    return !!focus && this.contains(focus) && focus.matches("input[type=text], textarea");
  }

  private async renew(): Promise<void> {
    this.asked = performance.now();
    this.planned = 0;
    if (this.writing) return;
    const fresh = (await freshPage())?.getElementById(this.id);
    if (!fresh || !this.isConnected || this.writing) return;
    if (this.dataset["key"] !== (fresh as HTMLElement).dataset["key"]) return location.reload();
    const ticked = new Set([...this.querySelectorAll<HTMLInputElement>("input[name=selected]:checked")].map((box) => box.value));
    const unfolded = [...this.querySelectorAll<HTMLDetailsElement>("details[id][open]")].map((part) => part.id);
    const focused = this.contains(document.activeElement) ? (document.activeElement as HTMLElement).closest("[id]")?.id : "";
    this.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
    for (const box of this.querySelectorAll<HTMLInputElement>("input[name=selected]")) box.checked = ticked.has(box.value);
    for (const id of unfolded) this.querySelector<HTMLDetailsElement>(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    if (focused && focused !== this.id) this.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("pendopo:again", { bubbles: true }));
  }
}

customElements.define("pd-again", PdAgain);
