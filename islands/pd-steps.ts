/**
 * A long form one step at a time: shows one `[data-step]`, with buttons to go on and back; the form's own send button comes with the last.
 * A step with a fault is shown first. Without JavaScript all steps stand below each other.
 *
 * <pd-steps data-next="Lanjut" data-back="Kembali"><form>… <fieldset data-step>…</fieldset> … <div data-send>…</div></form></pd-steps>
 */
class PdSteps extends HTMLElement {
  private steps: HTMLElement[] = [];
  private at = 0;

  connectedCallback(): void {
    this.steps = [...this.querySelectorAll<HTMLElement>("[data-step]")];
    const faulty = this.steps.findIndex((step) => step.querySelector(".wrong"));
    this.steps.forEach((step, place) => step.append(this.row(place)));
    this.show(Math.max(0, faulty), false);
  }

  private row(place: number): HTMLElement {
    const row = document.createElement("div");
    row.className = "actions row";
    if (place > 0) row.append(this.button(this.dataset["back"] ?? "", "button plain", () => this.show(place - 1)));
    if (place < this.steps.length - 1) row.append(this.button(this.dataset["next"] ?? "", "button primary", () => this.next(place)));
    return row;
  }

  private button(text: string, style: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: style, textContent: text });
    button.addEventListener("click", act);
    return button;
  }

  private next(place: number): void {
    const fields = this.steps[place]?.querySelectorAll<HTMLInputElement>("input, textarea, select") ?? [];
    const wrong = [...fields].find((field) => !field.checkValidity());
    if (wrong) wrong.reportValidity();
    else this.show(place + 1);
  }

  private show(place: number, focus = true): void {
    this.at = place;
    this.steps.forEach((step, number) => (step.hidden = number !== this.at));
    const send = this.querySelector<HTMLElement>("[data-send]");
    if (send) send.hidden = this.at !== this.steps.length - 1;
    if (focus) this.steps[this.at]?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select, button")?.focus();
  }
}

customElements.define("pd-steps", PdSteps);
