/**
 * A list for the keyboard. While one of its rows has the focus: J and K (or the arrows) go on and back, Enter opens, X chooses, and the key
 * of a button presses it (`data-key`). Where there is a keyboard the first row has the focus when the page opens. A list that was drawn anew keeps the row that had the focus, or the one that took its place.
 *
 * <pd-rows><ul><li id="alert-7" data-row tabindex="-1"><input type="checkbox" name="selected"> <a data-open href="…">…</a> <button data-key="a">…</button></li></ul>
 * <p class="keys" hidden>…</p></pd-rows>
 */
let last: { id: string; place: number } | null = null;

class PdRows extends HTMLElement {
  connectedCallback(): void {
    for (const row of this.rows()) row.tabIndex = 0;
    this.querySelector<HTMLElement>(".keys")?.removeAttribute("hidden");
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("focusin", (event) => this.remember(event.target as HTMLElement));
    this.addEventListener("focusout", (event) => { if (event.relatedTarget) last = null; });
    const free = document.activeElement === document.body;
    if (last && free) this.back(last);
    else if (free && matchMedia("(hover: hover) and (pointer: fine)").matches) this.rows()[0]?.focus({ preventScroll: true });
  }

  private rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-row]")];
  }

  private remember(target: HTMLElement): void {
    const row = target.closest<HTMLElement>("[data-row]");
    if (row) last = { id: row.id, place: this.rows().indexOf(row) };
  }

  private back(place: { id: string; place: number }): void {
    const rows = this.rows();
    (rows.find((row) => row.id === place.id) ?? rows[Math.min(place.place, rows.length - 1)])?.focus({ preventScroll: true });
  }

  private pressed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || target.matches("input:not([type=checkbox]), textarea, select")) return;
    const rows = this.rows();
    const step = { j: 1, arrowdown: 1, k: -1, arrowup: -1 }[event.key.toLowerCase()];
    const key = event.key.toLowerCase();
    if (step) rows[rows.indexOf(row) + step]?.focus();
    else if (key === "x") row.querySelector<HTMLInputElement>("input[name=selected]")?.click();
    else if (key === "enter" && target === row) row.querySelector<HTMLElement>("[data-open]")?.click();
    else if (/^[a-z]$/.test(key) && row.querySelector(`[data-key=${key}]`)) row.querySelector<HTMLElement>(`[data-key=${key}]`)?.click();
    else return;
    event.preventDefault();
  }
}

customElements.define("pd-rows", PdRows);
