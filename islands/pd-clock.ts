/**
 * The government's time, minute by minute, whatever zone the screen is in.
 *
 * <pd-clock data-zone="Asia/Jakarta"><time><b data-part="time">14.05</b> WIB</time> <span data-part="day">…</span></pd-clock>
 */
import { language } from "./lib/words.ts";

class PdClock extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    if (this.dataset["still"] !== undefined) return;
    this.show();
    this.timer = window.setInterval(() => this.show(), 1000);
  }

  disconnectedCallback(): void {
    clearInterval(this.timer);
  }

  private show(): void {
    const now = new Date();
    const lang = language();
    const zone = { timeZone: this.dataset["zone"] ?? "Asia/Jakarta" };
    const clock = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now);
    const day = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { ...zone, weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(now);
    this.write("time", lang === "id" ? clock.replace(":", ".") : clock);
    this.write("day", day);
  }

  private write(name: string, text: string): void {
    const part = this.querySelector(`[data-part=${name}]`);
    if (part && part.textContent !== text) part.textContent = text;
  }
}

customElements.define("pd-clock", PdClock);
