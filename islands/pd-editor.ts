/**
 * The editor of a board beside its form: tiles are dragged and resized by pointer or keyboard, and the preview follows every change at the
 * size of a wall, a laptop or a phone. Everything it does it writes into the form's own fields; without it the form's buttons do the same.
 *
 * <pd-editor><form>… <ol class="layout"><li class="plate w4 h2" data-key="0"><input name="tile" value="0"><input name="0-w" value="4"> …</li></ol>
 *   … <button name="do" value="look" formtarget="preview"></form> … <button data-size="1920x1080"> … <iframe name="preview"></pd-editor>
 */
const COLUMNS = 12;
const ROWS = 8;
const QUIET_MS = 500;

class PdEditor extends HTMLElement {
  private timer = 0;
  private held: { plate: HTMLElement; corner: boolean; x: number; y: number; w: number; h: number } | null = null;

  private readonly pointing: [string, (event: Event) => void][] = [
    ["pointermove", (event) => this.drag(event as PointerEvent)],
    ["pointerup", () => this.drop()],
    ["pointercancel", () => this.drop()],
  ];

  connectedCallback(): void {
    for (const hidden of this.querySelectorAll<HTMLElement>(".choice[hidden], .keys[hidden]")) hidden.hidden = false;
    for (const plate of this.querySelectorAll<HTMLElement>(".plate")) this.prepare(plate);
    this.addEventListener("input", () => this.look());
    this.addEventListener("click", (event) => this.resize(event.target as Element));
    this.addEventListener("keydown", (event) => this.press(event));
    window.addEventListener("resize", this.fit);
    // On the window: a plate that changes its place in the list loses the pointer.
    for (const [name, listener] of this.pointing) window.addEventListener(name, listener);
    this.fit();
    this.look();
  }

  disconnectedCallback(): void {
    window.removeEventListener("resize", this.fit);
    for (const [name, listener] of this.pointing) window.removeEventListener(name, listener);
    clearTimeout(this.timer);
  }

  private prepare(plate: HTMLElement): void {
    const grip = document.createElement("span");
    grip.className = "corner";
    grip.setAttribute("aria-hidden", "true");
    plate.append(grip);
    plate.tabIndex = 0;
    plate.addEventListener("pointerdown", (event) => {
      const target = event.target as Element;
      if (event.button !== 0 || (target !== grip && target.closest("details[open] .fields, button, input, select, textarea"))) return;
      this.held = { plate, corner: target === grip, x: event.clientX, y: event.clientY, w: this.size(plate, "w"), h: this.size(plate, "h") };
      if (target === grip) event.preventDefault();
    });
  }

  private drag(event: PointerEvent): void {
    const held = this.held;
    if (!held || (!held.plate.matches(".held") && Math.hypot(event.clientX - held.x, event.clientY - held.y) < 8)) return;
    held.plate.classList.add("held");
    const layout = held.plate.parentElement!;
    if (held.corner) {
      const column = layout.clientWidth / COLUMNS;
      const row = held.plate.offsetHeight / this.size(held.plate, "h");
      this.become(held.plate, held.w + Math.round((event.clientX - held.x) / column), held.h + Math.round((event.clientY - held.y) / row));
      return;
    }
    const over = document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest<HTMLElement>(".plate")).find((one) => one && one !== held.plate);
    if (!over || over.parentElement !== layout) return;
    const box = over.getBoundingClientRect();
    const after = event.clientX > box.left + box.width / 2;
    layout.insertBefore(held.plate, after ? over.nextElementSibling : over);
  }

  private drop(): void {
    const held = this.held;
    this.held = null;
    if (!held?.plate.classList.contains("held")) return;
    held.plate.classList.remove("held");
    // The click that ends the drag opens nothing.
    const still = (click: Event): void => click.preventDefault();
    held.plate.addEventListener("click", still, { once: true, capture: true });
    setTimeout(() => held.plate.removeEventListener("click", still, { capture: true }));
    this.look();
  }

  private press(event: KeyboardEvent): void {
    const plate = event.target as HTMLElement;
    if (!plate.matches(".plate")) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Delete") {
      const next = (plate.nextElementSibling ?? plate.previousElementSibling) as HTMLElement | null;
      plate.remove();
      next?.focus();
    } else if (step && event.shiftKey) {
      this.become(plate, this.size(plate, "w") + step[0]!, this.size(plate, "h") + step[1]!);
    } else if (step) {
      const forward = step[0]! + step[1]! > 0;
      const other = forward ? plate.nextElementSibling : plate.previousElementSibling;
      if (other) plate.parentElement!.insertBefore(forward ? other : plate, forward ? plate : other);
      plate.focus();
    } else return;
    event.preventDefault();
    this.look();
  }

  private field(plate: HTMLElement, name: string): HTMLInputElement {
    return plate.querySelector<HTMLInputElement>(`input[name="${plate.dataset["key"]}-${name}"]`)!;
  }

  private size(plate: HTMLElement, name: "w" | "h"): number {
    return Number(this.field(plate, name).value);
  }

  private become(plate: HTMLElement, width: number, height: number): void {
    const [w, h] = [Math.max(1, Math.min(COLUMNS, width)), Math.max(1, Math.min(ROWS, height))];
    this.field(plate, "w").value = String(w);
    this.field(plate, "h").value = String(h);
    plate.className = plate.className.replace(/\bw\d+\b/, `w${w}`).replace(/\bh\d+\b/, `h${h}`);
  }

  private look(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const button = this.querySelector<HTMLButtonElement>("button[value=look]");
      if (button) button.form?.requestSubmit(button);
    }, QUIET_MS);
  }

  private resize(target: Element): void {
    const button = target.closest<HTMLButtonElement>("button[data-size]");
    if (!button) return;
    for (const one of this.querySelectorAll("button[data-size]")) one.setAttribute("aria-pressed", String(one === button));
    this.fit();
  }

  private readonly fit = (): void => {
    const frame = this.querySelector<HTMLIFrameElement>("iframe");
    const stage = frame?.parentElement;
    const [width, height] = (this.querySelector<HTMLElement>("button[aria-pressed=true][data-size]")?.dataset["size"] ?? "1920x1080").split("x").map(Number);
    if (!frame || !stage) return;
    const scale = Math.min(1, stage.clientWidth / width!);
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})`, transformOrigin: "0 0" });
    stage.style.height = `${height! * scale}px`;
  };
}

customElements.define("pd-editor", PdEditor);
