/**
 * Keeps what is being typed on the device until it was sent, brings it back after a lost line or a reload, and asks for the verdict on
 * every field while the person goes on typing. Without it the form is an ordinary form.
 *
 * <pd-draft data-key="entry/puskesmas/35.16.13" data-kept="…" data-lost="…" data-restored="…"><form>… <span data-said></span> …</form></pd-draft>
 */
const PAUSE_MS = 600;

class PdDraft extends HTMLElement {
  private waiting: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    const form = this.querySelector("form");
    if (!form) return;
    this.restore();
    form.addEventListener("input", () => {
      this.keep();
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => void this.judge(form), PAUSE_MS);
    });
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return; // the draft stays until the page says that it was taken
      event.preventDefault();
      this.tell(this.dataset.lost);
    });
  }

  private inputs(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("form input:not([type=hidden])")];
  }

  private get place(): string {
    return `pendopo:${this.dataset.key}`;
  }

  private keep(): void {
    const typed = Object.fromEntries(this.inputs().filter((input) => input.value).map((input) => [input.name, input.value]));
    if (Object.keys(typed).length) localStorage.setItem(this.place, JSON.stringify(typed));
    else localStorage.removeItem(this.place);
    this.tell(this.dataset.kept);
  }

  /** A page that came back with values from the server has been sent: its draft has done its work. */
  private restore(): void {
    if (this.inputs().some((input) => input.value)) {
      localStorage.removeItem(this.place);
      return;
    }
    const typed = JSON.parse(localStorage.getItem(this.place) ?? "{}") as Record<string, string>;
    for (const input of this.inputs()) input.value = typed[input.name] ?? "";
    if (Object.keys(typed).length) this.tell(this.dataset.restored);
  }

  private async judge(form: HTMLFormElement): Promise<void> {
    const fields = new FormData(form);
    fields.set("do", "try");
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const verdicts = (await answer.json()) as Record<string, { state: string; text: string }>;
      for (const input of this.inputs()) {
        const said = input.closest(".field")?.querySelector("[data-said]");
        const verdict = verdicts[input.name];
        if (!said) continue;
        said.replaceChildren();
        if (!verdict) continue;
        const mark = document.createElement("span");
        mark.className = `state ${verdict.state}`;
        said.append(mark, ` ${verdict.text}`);
      }
    } catch {
      this.tell(this.dataset.lost);
    }
  }

  private tell(text: string | undefined): void {
    this.querySelector("[data-told]")!.textContent = text ?? "";
  }
}

customElements.define("pd-draft", PdDraft);
