/**
 * Steps through sentences that do not fit beside each other, softly; rests while pointed at or focused, and for readers who want no motion.
 *
 * <pd-ticker><ul><li>…</li> <li>…</li></ul></pd-ticker>
 */
const STEP_MS = 7000;

class PdTicker extends HTMLElement {
  private timer = 0;
  private index = 0;

  connectedCallback(): void {
    this.timer = window.setInterval(() => this.step(), STEP_MS);
  }

  disconnectedCallback(): void {
    clearInterval(this.timer);
  }

  private step(): void {
    const list = this.querySelector("ul");
    if (!list || this.matches(":hover, :focus-within") || list.scrollWidth <= list.clientWidth + 4) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const atEnd = list.scrollLeft + list.clientWidth >= list.scrollWidth - 4;
    this.index = atEnd ? 0 : Math.min(this.index + 1, list.children.length - 1);
    const item = list.children[this.index] as HTMLElement | undefined;
    list.scrollTo({ left: (item?.offsetLeft ?? 0) - list.offsetLeft, behavior: "smooth" });
  }
}

customElements.define("pd-ticker", PdTicker);
