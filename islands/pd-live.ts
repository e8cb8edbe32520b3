/**
 * Opens the page's live stream and tells its words to the other islands. It recovers by itself: from a lost line the browser connects
 * again; from an ended ticket it takes the page anew, with a fresh ticket and everything drawn by the server.
 *
 * <pd-live data-ticket="…"></pd-live>
 */
import { tell, type Word } from "./lib/river.ts";

const LONGEST_WAIT_MS = 30_000;

class PdLive extends HTMLElement {
  private source: EventSource | null = null;
  private renewing = false;
  private wait = 1000;

  connectedCallback(): void {
    const source = new EventSource(`/live/${this.dataset["ticket"]}`);
    this.source = source;
    let first = true;
    source.addEventListener("open", () => (first = true));
    source.addEventListener("words", (event) => {
      for (const word of JSON.parse(event.data) as Word[]) tell({ ...word, first });
      first = false;
    });
    source.addEventListener("state", (event) => {
      const { state } = JSON.parse(event.data) as { state: string };
      if (state === "expired") void this.renew();
      else this.say(state);
    });
    source.addEventListener("error", () => {
      this.say("lost");
      if (source.readyState === EventSource.CLOSED) void this.renew();
    });
  }

  disconnectedCallback(): void {
    this.source?.close();
    this.source = null;
  }

  private say(state: string): void {
    document.documentElement.dataset["line"] = state;
    window.dispatchEvent(new CustomEvent("pendopo:line", { detail: state }));
  }

  /** Takes the page again and puts its content in place. A page that is not ours any more (signed out, revoked) is loaded as it is. */
  private async renew(): Promise<void> {
    if (this.renewing) return;
    this.renewing = true;
    this.source?.close();
    while (this.isConnected) {
      await new Promise((done) => setTimeout(done, this.wait * (0.5 + Math.random())));
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
      const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
      if (!answer || answer.status >= 500) continue;
      if (!answer.ok || answer.redirected) return location.reload();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("main");
      if (!fresh || !page.querySelector("pd-live")) return location.reload();
      document.querySelector("main")?.replaceWith(document.adoptNode(fresh));
      return;
    }
  }
}

customElements.define("pd-live", PdLive);
