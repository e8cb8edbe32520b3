/**
 * Keeps a ranking in order: when one of its figures changed, bars are measured again and rows change places.
 *
 * <pd-ranking data-order="high" data-count="10"><ol><li><span class="rank">1</span> … <pd-figure>…</pd-figure><svg class="bar">… <rect class="fill"/></svg></li></ol></pd-ranking>
 */
class PdRanking extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("pendopo:changed", () => this.order());
  }

  private order(): void {
    const list = this.querySelector("ol");
    if (!list) return;
    const value = (row: Element): number => Number(row.querySelector<HTMLElement>("pd-figure")?.dataset["value"] || 0);
    const rows = [...list.children];
    const falling = this.dataset["order"] !== "low";
    const count = Number(this.dataset["count"] ?? rows.length);
    const largest = Math.max(...rows.map((row) => Math.abs(value(row))), 0);
    const named = this.dataset["order"] === "name";
    if (!named) rows.sort((a, b) => (falling ? value(b) - value(a) : value(a) - value(b)));
    rows.forEach((row, index) => {
      const rank = row.querySelector(".rank");
      if (rank && !named) rank.textContent = String(index + 1);
      (row as HTMLElement).hidden = index >= count;
      row.querySelector(".fill")?.setAttribute("width", largest ? String((Math.abs(value(row)) / largest) * 100) : "0");
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
  }
}

customElements.define("pd-ranking", PdRanking);
