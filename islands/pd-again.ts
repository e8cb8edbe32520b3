/**
 * A part of the page that the server draws anew whenever a word about an indicator comes: what stands in it is always what a reader
 * without JavaScript would get. It keeps what was ticked, waits while someone writes in it, and asks at most once in a while.
 *
 * <pd-again id="alerts-now" data-indicator="alerts" data-region="35.16.13">…</pd-again>   (region: optional)
 */
import { follow } from "./lib/river.ts";

const LEAST_MS = 300;

class PdAgain extends HTMLElement {
  private stop: (() => void) | null = null;
  private asked = 0;
  private planned = 0;

  connectedCallback(): void {
    this.stop = follow(this.dataset["indicator"] ?? "", (word) => {
      const region = this.dataset["region"];
      if (!word.first && (!region || word.region === region)) this.plan();
    });
  }

  disconnectedCallback(): void {
    this.stop?.();
    window.clearTimeout(this.planned);
  }

  private plan(): void {
    if (this.planned) return;
    const wait = Math.max(0, this.asked + LEAST_MS - performance.now());
    this.planned = window.setTimeout(() => void this.renew(), wait);
  }

  private async renew(): Promise<void> {
    this.asked = performance.now();
    this.planned = 0;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(this.id);
    if (!fresh || !this.isConnected || this.contains(document.activeElement) && document.activeElement?.matches("input[type=text], textarea")) return;
    const ticked = new Set([...this.querySelectorAll<HTMLInputElement>("input[name=selected]:checked")].map((box) => box.value));
    this.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
    for (const box of this.querySelectorAll<HTMLInputElement>("input[name=selected]")) box.checked = ticked.has(box.value);
    this.dispatchEvent(new CustomEvent("pendopo:again", { bubbles: true }));
  }
}

customElements.define("pd-again", PdAgain);
