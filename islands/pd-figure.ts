/**
 * A number with its pulse: hears its series, pulses once when the value changed, keeps its age in words, and greys by itself when its
 * contract is broken, without any message.
 *
 * <pd-figure class="figure fresh" data-indicator data-region data-dims data-at data-known data-value data-decimals data-due data-grace
 *   data-every …><b data-part="value">12</b> <time data-part="age">…</time> …</pd-figure>   (ui/_figure.html)
 */
import { freshnessOf } from "./lib/freshness.ts";
import { dimsKey, everyBeat, follow, isNewer, type Word } from "./lib/river.ts";
import { ageText, language, numberText, say, type Said } from "./lib/words.ts";

type Band = [number | null, number | null, string, string];
const GRAVITY = ["well", "attention", "danger"];

class PdFigure extends HTMLElement {
  private stops: (() => void)[] = [];
  private sources: Record<string, string> = {};

  connectedCallback(): void {
    const names = document.getElementById("names")?.textContent;
    this.sources = names ? (JSON.parse(names) as { sources: Record<string, string> }).sources : {};
    this.stops = [everyBeat(() => this.age()), follow(this.dataset["indicator"] ?? "", (word) => this.hear(word))];
  }

  disconnectedCallback(): void {
    for (const stop of this.stops) stop();
  }

  get value(): number | null {
    return this.dataset["value"] ? Number(this.dataset["value"]) : null;
  }

  private hear(word: Word): void {
    const data = this.dataset;
    if (word.region !== data["region"] || dimsKey(word.dims) !== data["dims"] || !isNewer(word, data["known"] ?? "")) return;
    const before = this.value;
    data["at"] = word.at;
    data["known"] = word.known_since;
    data["value"] = word.value === null ? "" : String(word.value);
    data["source"] = word.source;
    data["quality"] = word.quality;
    data["reporting"] = String(word.reporting);
    data["expected"] = String(word.expected);
    this.show(word);
    if (before !== word.value) this.pulse();
    this.dispatchEvent(new CustomEvent("pendopo:changed", { bubbles: true }));
  }

  private show(word: Word): void {
    const lang = language();
    this.write("value", numberText(word.value, Number(this.dataset["decimals"]), lang));
    this.write("source", word.source.split(", ").map((code) => this.sources[code] ?? code).join(", "));
    this.toggle("suspect", word.quality === "suspect");
    this.toggle("provisional", word.quality === "provisional");
    this.toggle("partial", word.value !== null && this.dataset["sum"] === "1" && word.reporting < word.expected);
    if (word.expected > 1) this.write("coverage", `${word.reporting}/${word.expected} ${say(this.dataset["level"] as Said, lang)}`);
    this.age();
  }

  /** The age in words, and the state that follows from it. Also run by the clock alone. */
  private age(): void {
    const data = this.dataset;
    const lang = language();
    const seconds = data["at"] ? (Date.now() - Date.parse(data["at"])) / 1000 : null;
    const freshness = freshnessOf(seconds, Number(data["due"]), Number(data["grace"]), Number(data["every"]));
    const old = freshness === "stale" || freshness === "silent";
    this.classList.remove("fresh", "due", "stale", "silent", ...GRAVITY);
    this.classList.add(freshness);
    const time = this.spot("age") as HTMLTimeElement | null;
    if (time && seconds !== null) {
      time.textContent = ageText(seconds, lang);
      time.dateTime = data["at"] ?? "";
    }
    const word = this.value === null ? say("never", lang) : freshness === "fresh" ? "" : say(freshness, lang);
    this.write("freshness", word);
    this.toggle("freshness", word !== "");
    this.judge(old ? null : this.value);
  }

  private judge(value: number | null): void {
    const bands = JSON.parse(this.dataset["bands"] ?? "[]") as Band[];
    const held = bands.filter(([from, to]) => value !== null && (from === null || value >= from) && (to === null || value <= to));
    held.sort((a, b) => GRAVITY.indexOf(b[2]) - GRAVITY.indexOf(a[2]));
    const part = this.spot("judged");
    if (held[0]) this.classList.add(held[0][2]);
    if (part) part.className = `state ${held[0]?.[2] ?? ""}`;
    this.write("judged", held[0]?.[3] ?? "");
    this.toggle("judged", Boolean(held[0]?.[3]));
  }

  private pulse(): void {
    this.classList.remove("changed");
    void this.offsetWidth;
    this.classList.add("changed");
    this.addEventListener("animationend", () => this.classList.remove("changed"), { once: true });
  }

  private spot(name: string): HTMLElement | null {
    return this.querySelector(`[data-part=${name}]`);
  }

  private write(name: string, text: string): void {
    const part = this.spot(name);
    if (part && part.textContent !== text) part.textContent = text;
  }

  private toggle(name: string, shown: boolean): void {
    const part = this.spot(name);
    if (part) part.hidden = !shown;
  }
}

customElements.define("pd-figure", PdFigure);
