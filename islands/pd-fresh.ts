/**
 * Keeps a tile up to date that only the server can draw (bars, calendars, small lines, points, gauges, goals): when one of its indicators
 * said something new, the tile is fetched again, at most every few seconds and spread over viewers.
 *
 * <article class="tile"><pd-fresh data-address="/wall/water?tile=3" data-indicators="river-level rainfall"></pd-fresh> … </article>
 */
import { follow } from "./lib/river.ts";

const LEAST_WAIT_MS = 3000;
const SPREAD_MS = 3000;

class PdFresh extends HTMLElement {
  private stops: (() => void)[] = [];
  private timer = 0;

  connectedCallback(): void {
    const codes = (this.dataset["indicators"] ?? "").split(" ").filter(Boolean);
    // What was heard before the tile was drawn is told while following begins: the server knew it already.
    let begun = false;
    this.stops = codes.map((code) => follow(code, (word) => void (begun && !word.first && this.soon())));
    begun = true;
  }

  disconnectedCallback(): void {
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
  }

  private soon(): void {
    this.timer ||= window.setTimeout(() => void this.fetch(), LEAST_WAIT_MS + Math.random() * SPREAD_MS);
  }

  private async fetch(): Promise<void> {
    this.timer = 0;
    const answer = await fetch(this.dataset["address"] ?? "", { headers: { accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected || !this.isConnected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".tile");
    const tile = this.closest(".tile");
    if (!fresh || !tile) return;
    tile.replaceChildren(this, ...document.adoptNode(fresh).childNodes);
  }
}

customElements.define("pd-fresh", PdFresh);
