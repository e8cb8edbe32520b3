/**
 * Goes on drawing a trend live, over the chart that the server drew: same lines, axes, gaps and thresholds, at the size of its tile.
 *
 * <pd-trend><svg>…</svg><script type="application/json">{"unit", "series": [{"indicator", "region", "dims", "points": [[t, v], …]}], …}</script></pd-trend>
 */
import uPlot from "uplot";
import { dimsKey, follow, type Word } from "./lib/river.ts";
import { numberText, type Language } from "./lib/words.ts";

interface Series { indicator: string; region: string; dims: string; name: string; decimals: number; every: number; points: [number, number | null][] }
interface Data { unit: string; language: Language; zone: string; since: number; until: number; thresholds: [number, string, string][]; series: Series[] }

const LEAST_HEIGHT = 60;

class PdTrend extends HTMLElement {
  private plot: uPlot | null = null;
  private data: Data | null = null;
  private stops: (() => void)[] = [];
  private readonly redraw = (): void => this.draw();

  connectedCallback(): void {
    const text = this.querySelector("script")?.textContent;
    if (!text) return;
    this.data = JSON.parse(text) as Data;
    const watch = new ResizeObserver(() => this.fit());
    watch.observe(this);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", this.redraw);
    window.addEventListener("pendopo:theme", this.redraw);
    this.stops = [() => watch.disconnect(), () => dark.removeEventListener("change", this.redraw), () => window.removeEventListener("pendopo:theme", this.redraw)];
    for (const series of this.data.series) this.stops.push(follow(series.indicator, (word) => this.hear(series, word)));
    void document.fonts.ready.then(() => this.draw());
  }

  disconnectedCallback(): void {
    for (const stop of this.stops) stop();
    this.plot?.destroy();
    this.plot = null;
  }

  private hear(series: Series, word: Word): void {
    if (word.region !== series.region || dimsKey(word.dims) !== series.dims || word.value === null || !this.data) return;
    const at = Math.floor(Date.parse(word.at) / 1000);
    const last = series.points.at(-1);
    if (!last || at > last[0]) {
      if (last && at - last[0] > series.every * 1.5) series.points.push([last[0] + series.every, null]);
      series.points.push([at, word.value]);
    } else {
      const same = series.points.find((point) => point[0] === at);
      if (!same || same[1] === word.value) return;
      same[1] = word.value;
    }
    if (at > this.data.until) {
      this.data.since += at - this.data.until;
      this.data.until = at;
    }
    this.plot?.setData(this.columns());
    this.plot?.setScale("x", { min: this.data.since, max: this.data.until });
  }

  /** All series on one time axis; undefined where a series has no point (no gap), null where one is missing (a gap). */
  private columns(): uPlot.AlignedData {
    const tables = this.data!.series.map((series): uPlot.AlignedData => [series.points.map((point) => point[0]), series.points.map((point) => point[1])]);
    return uPlot.join(tables, tables.map(() => [0, 2]));
  }

  private size(): { width: number; height: number } {
    const box = this.getBoundingClientRect();
    return { width: Math.floor(box.width), height: Math.max(LEAST_HEIGHT, Math.floor(box.height)) };
  }

  private fit(): void {
    if (this.plot) this.plot.setSize(this.size());
  }

  private draw(): void {
    if (!this.data || !this.isConnected) return;
    this.plot?.destroy();
    this.classList.add("drawn");
    const style = getComputedStyle(this);
    const colour = (name: string): string => style.getPropertyValue(name).trim() || style.color;
    const paint = (name: string): string => {
      this.style.color = `var(${name})`;
      const value = getComputedStyle(this).color;
      this.style.color = "";
      return value;
    };
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(rem * 0.72)}px ${colour("--figures")}`;
    const { data } = this;
    const axis = { stroke: paint("--ink-soft"), font, grid: { stroke: paint("--line"), width: 1 }, ticks: { show: false } };
    const limits = data.thresholds;
    this.plot = new uPlot(
      {
        ...this.size(),
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), data.zone),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        padding: [rem * 0.8, rem * 1.4, 0, 0],
        scales: { x: { time: true, range: () => [data.since, data.until] }, y: { range: (_plot, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, grid: { show: false }, size: rem * 1.6, space: rem * 5, values: (_plot, splits, _axis, _space, step) => splits.map((at) => this.tick(at, step)) },
          { ...axis, size: rem * 3.4, space: rem * 2.2, gap: rem * 0.4, values: (_plot, splits, _axis, _space, step) => splits.map((value) => numberText(value, step >= 1 ? 0 : Math.ceil(-Math.log10(step)), data.language)) },
        ],
        series: [{}, ...data.series.map((_series, index) => ({ stroke: paint(`--line-${index + 1}`), width: rem / 8, points: { show: false }, fill: data.series.length === 1 ? paint("--accent-soft") : undefined }))] as uPlot.Series[],
        hooks: { draw: [(plot) => this.limits(plot, limits, paint, font)] },
      },
      this.columns(),
      this,
    );
  }

  private range(low: number, high: number): [number, number] {
    const levels = this.data!.thresholds.map((limit) => limit[0]).filter((level) => level <= high * 1.6);
    const top = Math.max(high, ...levels);
    const bottom = low > 0 && low < (top - low) * 2 ? 0 : Math.min(low, ...levels);
    return uPlot.rangeNum(bottom, top === bottom ? top + 1 : top, { min: { pad: bottom === 0 ? 0 : 0.1, soft: 0, mode: 0 }, max: { pad: 0.08, soft: 0, mode: 0 } }) as [number, number];
  }

  private tick(at: number, step: number): string {
    const { language, zone } = this.data!;
    const date = new Date(at * 1000);
    const show = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(language === "id" ? "id-ID" : "en-GB", { timeZone: zone, ...options }).format(date);
    if (step >= 300 * 86_400) return show({ year: "numeric" });
    if (step >= 28 * 86_400) return show({ month: "short", year: "2-digit" });
    const midnight = show({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).replace(":", ".") === "00.00";
    if (step >= 86_400 || midnight) return show({ day: "numeric", month: "short" });
    return show({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }

  private limits(plot: uPlot, limits: [number, string, string][], paint: (name: string) => string, font: string): void {
    const { ctx, bbox } = plot;
    for (const [level, word, state] of limits) {
      const y = plot.valToPos(level, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = paint(`--${state}`);
      ctx.setLineDash([6, 4]);
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.font = font.replace(/^\d+/, (size) => String(Number(size) * devicePixelRatio));
      ctx.textAlign = "right";
      ctx.textBaseline = "bottom";
      ctx.fillText(word, bbox.left + bbox.width - 4, y - 3 * devicePixelRatio);
      ctx.restore();
    }
  }
}

customElements.define("pd-trend", PdTrend);
