/**
 * Boards that follow each other on a wall: after its seconds the next one is fetched and put in place without loading the page, so nothing
 * flickers. Space or the button pauses, arrow keys go on and back. A board that cannot be fetched is waited for; the one that stands stays live.
 *
 * <pd-scenes data-seconds="30" data-next="?scene=1" data-before="?scene=2" data-pause="…" data-go="…">… <button hidden></button></pd-scenes>
 */
let paused = false;

class PdScenes extends HTMLElement {
  private timer = 0;
  private readonly press = (event: KeyboardEvent): void => {
    if ((event.target as Element).closest("input, select, textarea, button, a")) return;
    if (event.key === " ") this.pause(!paused);
    else if (event.key === "ArrowRight") void this.go("next");
    else if (event.key === "ArrowLeft") void this.go("before");
    else return;
    event.preventDefault();
  };

  connectedCallback(): void {
    document.addEventListener("keydown", this.press);
    this.addEventListener("click", (event) => {
      const target = (event.target as Element).closest("a, button");
      if (!target) return;
      event.preventDefault();
      if (target.matches("button")) this.pause(!paused);
      else void this.go(target.matches("[rel=next]") ? "next" : "before");
    });
    const button = this.querySelector("button");
    if (button) button.hidden = false;
    this.pause(paused || this.dataset["still"] !== undefined);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.press);
    clearTimeout(this.timer);
  }

  private pause(still: boolean): void {
    paused = still;
    clearTimeout(this.timer);
    const button = this.querySelector("button");
    if (button) button.textContent = this.dataset[still ? "go" : "pause"] ?? "";
    if (!still) this.timer = window.setTimeout(() => void this.go("next"), Number(this.dataset["seconds"]) * 1000);
  }

  private async go(where: "next" | "before"): Promise<void> {
    clearTimeout(this.timer);
    const address = new URL(this.dataset[where] ?? "", location.href);
    const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
    if (!this.isConnected) return;
    if (answer?.ok && !answer.redirected) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = fresh.querySelector("main");
      if (main) {
        history.replaceState(null, "", address);
        document.title = fresh.title;
        const stood = document.activeElement?.closest("pd-scenes") ? document.activeElement.getAttribute("rel") ?? "button" : "";
        const old = document.querySelector("main");
        const put = document.adoptNode(main);
        old?.replaceWith(put);
        if (stood) put.querySelector<HTMLElement>(stood === "button" ? "pd-scenes button" : `pd-scenes [rel=${stood}]`)?.focus();
        window.dispatchEvent(new Event("pendopo:placed"));
        return;
      }
    }
    if (answer && (answer.redirected || answer.status === 403 || answer.status === 404)) return location.reload();
    this.pause(paused);
  }
}

customElements.define("pd-scenes", PdScenes);
