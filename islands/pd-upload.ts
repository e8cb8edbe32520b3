/**
 * Sends a long file in parts with a progress bar, and goes on by itself after a lost line. Without it the form sends the file whole.
 *
 * <pd-upload data-begin="/upload/begin" data-lost="…" data-sent="…"><form>… <input type="file" name="file"> …</form>
 *   <div data-progress hidden><progress></progress><p data-told></p></div></pd-upload>
 *
 * With `data-again="3"` it only looks at its page again every three seconds.
 */
const WHOLE_BYTES = 1_000_000; // a shorter file goes with the form
const WAIT_MS = [1000, 2000, 5000, 10_000];

interface Begun { received: number; part: number; page: string; to: string }

class PdUpload extends HTMLElement {
  connectedCallback(): void {
    const seconds = Number(this.dataset.again ?? 0);
    if (seconds > 0) setTimeout(() => location.reload(), seconds * 1000);
    this.querySelector("form")?.addEventListener("submit", (event) => {
      const form = event.target as HTMLFormElement;
      const file = form.querySelector<HTMLInputElement>("input[name=file]")?.files?.[0];
      const mapping = form.querySelector<HTMLInputElement>("input[name=mapping]")?.files?.length;
      if (!file || mapping || file.size <= WHOLE_BYTES) return;
      event.preventDefault();
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      void this.send(form, file).finally(() => {
        for (const button of form.querySelectorAll("button")) button.disabled = false;
      });
    });
  }

  private async send(form: HTMLFormElement, file: File): Promise<void> {
    const fields = new FormData(form);
    const token = String(fields.get("csrfmiddlewaretoken"));
    const asked = new URLSearchParams({ source: String(fields.get("source")), name: file.name, size: String(file.size), mark: `${file.name}/${file.size}/${file.lastModified}` });
    const begun = await this.ask(this.dataset.begin!, token, asked);
    if (!begun) return;
    const { page, to, part } = begun as unknown as Begun;
    let at = (begun as unknown as Begun).received;
    while (at < file.size) {
      this.show(at, file.size);
      const answer = await this.ask(`${to}?at=${at}`, token, file.slice(at, at + part));
      if (!answer) return;
      at = Number(answer.received);
    }
    this.show(at, file.size);
    location.assign(page);
  }

  /** One request, repeated while the line is lost; null when the answer is a refusal, which is then shown. */
  private async ask(url: string, token: string, body: Blob | URLSearchParams): Promise<Record<string, unknown> | null> {
    for (let failed = 0; ; failed++) {
      try {
        const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, body });
        if (answer.status < 500) {
          const found = (await answer.json()) as Record<string, unknown>;
          if (answer.ok || answer.status === 409) return found;
          this.tell(String(found.detail));
          return null;
        }
      } catch {
        /* the line: try again */
      }
      this.tell(this.dataset.lost ?? "");
      await new Promise((done) => setTimeout(done, WAIT_MS[Math.min(failed, WAIT_MS.length - 1)]));
    }
  }

  private show(at: number, size: number): void {
    const bar = this.querySelector("progress");
    if (bar) bar.value = (100 * at) / size;
    this.tell(`${Math.floor((100 * at) / size)} % ${this.dataset.sent ?? ""} (${(at / 1e6).toFixed(0)} / ${(size / 1e6).toFixed(0)} MB)`);
  }

  private tell(text: string): void {
    this.querySelector<HTMLElement>("[data-progress]")!.hidden = false;
    this.querySelector("[data-told]")!.textContent = text;
  }
}

customElements.define("pd-upload", PdUpload);
