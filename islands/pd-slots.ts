/**
 * Free half hours of a week, chosen by drag, by touch of the first and the last, or by keyboard (arrows move, Shift with arrows extends, Enter
 * takes them). What is chosen goes into the form below: day, from, until. Without it each free half hour is a link that does the same.
 *
 * <pd-slots><table>… <td class="free"><a data-start="2026-05-09T02:00:00+00:00" data-end="…" data-day="2026-05-09" data-begin="09:00" data-until="09:30" href="?start=…"></a></td> …</table></pd-slots>
 */
class PdSlots extends HTMLElement {
  private cells: HTMLAnchorElement[] = [];
  private from: HTMLAnchorElement | null = null;

  connectedCallback(): void {
    this.cells = [...this.querySelectorAll<HTMLAnchorElement>("td.free > a[data-start]")];
    this.cells.sort((a, b) => a.dataset.start!.localeCompare(b.dataset.start!));
    if (!this.cells.length || !document.getElementById("book")) return;
    this.cells.forEach((cell, number) => (cell.tabIndex = number ? -1 : 0));
    this.addEventListener("pointerdown", (event) => {
      const cell = this.cellOf(event.target);
      if (!cell || event.button) return;
      event.preventDefault();
      (event.target as Element).releasePointerCapture?.(event.pointerId);
      this.from = cell;
      this.choose(cell, cell);
      cell.focus({ preventScroll: true });
    });
    this.addEventListener("pointerover", (event) => {
      const cell = this.cellOf(event.target);
      if (cell && this.from && event.buttons === 1) this.choose(this.from, cell);
    });
    this.addEventListener("click", (event) => this.cellOf(event.target) && event.preventDefault());
    this.addEventListener("keydown", (event) => this.key(event));
  }

  private cellOf(target: EventTarget | null): HTMLAnchorElement | null {
    const found = (target as Element | null)?.closest("td.free")?.querySelector<HTMLAnchorElement>("a[data-start]") ?? null;
    return found && this.cells.includes(found) ? found : null;
  }

  private key(event: KeyboardEvent): void {
    const cell = this.cellOf(event.target);
    if (!cell) return;
    const step = { ArrowDown: 30, ArrowUp: -30, ArrowRight: 1440, ArrowLeft: -1440 }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!cell.hasAttribute("data-chosen")) this.choose(cell, cell);
      document.querySelector<HTMLInputElement>("#book input[name=title]")?.focus();
    } else if (step) {
      event.preventDefault();
      const wanted = new Date(cell.dataset.start!).getTime() + step * 60_000;
      const next = this.cells.find((one) => new Date(one.dataset.start!).getTime() === wanted);
      if (!next) return;
      this.cells.forEach((one) => (one.tabIndex = one === next ? 0 : -1));
      next.focus();
      if (!event.shiftKey) this.from = next;
      else if (!this.from || !cell.hasAttribute("data-chosen")) this.from = cell;
      this.choose(this.from, next);
    }
  }

  /** All free half hours from one to the other without a break; a taken one ends the choice. */
  private choose(first: HTMLAnchorElement, last: HTMLAnchorElement): void {
    const back = this.cells.indexOf(last) < this.cells.indexOf(first);
    const run = [first];
    for (let at = this.cells.indexOf(first); first !== last; ) {
      const next = this.cells[(at += back ? -1 : 1)];
      const [early, late] = back ? [next, run.at(-1)!] : [run.at(-1)!, next];
      if (!next || early?.dataset.end !== late?.dataset.start) break;
      run.push(next);
      if (next === last) break;
    }
    if (back) run.reverse();
    for (const cell of this.cells) cell.toggleAttribute("data-chosen", run.includes(cell));
    const { day, begin } = run[0]!.dataset;
    const { until } = run.at(-1)!.dataset;
    for (const [name, value] of Object.entries({ day, begin, until })) {
      const field = document.querySelector<HTMLInputElement>(`#book input[name=${name}]`);
      if (field) field.value = value ?? "";
    }
  }
}

customElements.define("pd-slots", PdSlots);
