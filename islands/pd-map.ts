/**
 * Keeps a choropleth up to date: a district's class, value and title follow its words; a value past its contract turns pale.
 *
 * <pd-map data-indicator data-breaks="10 50" data-colours="1 3 5" data-decimals data-unit data-due data-grace data-every>
 *   <svg>… <path class="area c3" data-region data-value data-at data-known><title>…</title></path> … <text data-label>…</text></svg></pd-map>
 */
import { freshnessOf } from "./lib/freshness.ts";
import { everyBeat, follow, isNewer, type Word } from "./lib/river.ts";
import { language, numberText } from "./lib/words.ts";

const numbers = (text: string | undefined): number[] => (text ? text.split(" ").map(Number) : []);

class PdMap extends HTMLElement {
  private stops: (() => void)[] = [];

  connectedCallback(): void {
    this.stops = [everyBeat(() => this.age()), follow(this.dataset["indicator"] ?? "", (word) => this.hear(word))];
  }

  disconnectedCallback(): void {
    for (const stop of this.stops) stop();
  }

  private hear(word: Word): void {
    const area = this.querySelector<SVGPathElement>(`path[data-region="${CSS.escape(word.region)}"]`);
    if (!area || !isNewer(word, area.dataset["known"] ?? "")) return;
    Object.assign(area.dataset, { at: word.at, known: word.known_since, value: word.value === null ? "" : String(word.value) });
    const level = this.level(word.value);
    area.setAttribute("class", `area c${level}`);
    const text = numberText(word.value, Number(this.dataset["decimals"]), language());
    const label = this.label(word.region);
    label?.setAttribute("class", `on-c${level}`);
    const value = label?.querySelector(".value");
    if (value) value.textContent = text;
    const title = area.querySelector("title");
    if (title) title.textContent = `${label?.querySelector("tspan")?.textContent ?? word.region}: ${text} ${this.dataset["unit"] ?? ""}`;
    this.age();
  }

  private label(region: string): Element | null {
    return this.querySelector(`text[data-label="${CSS.escape(region)}"]`);
  }

  private level(value: number | null): number {
    if (value === null) return 0;
    const reached = numbers(this.dataset["breaks"]).filter((border) => value >= border).length;
    return numbers(this.dataset["colours"])[reached] ?? 3;
  }

  private age(): void {
    const [due, grace, every] = ["due", "grace", "every"].map((name) => Number(this.dataset[name]));
    for (const area of this.querySelectorAll<SVGPathElement>("path[data-at]")) {
      const at = area.dataset["at"];
      const state = freshnessOf(at ? (Date.now() - Date.parse(at)) / 1000 : null, due!, grace!, every!);
      const old = Boolean(at) && (state === "stale" || state === "silent");
      for (const drawn of [area, this.label(area.dataset["region"] ?? "")]) drawn?.classList.toggle("old", old);
    }
  }
}

customElements.define("pd-map", PdMap);
