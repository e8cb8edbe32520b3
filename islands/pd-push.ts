/**
 * Asks this browser to show notices: registers the worker, subscribes with the house's key and sends what came of it with the form.
 * It stays hidden where a browser cannot do it (no HTTPS, no push).
 *
 * <pd-push data-key data-worker data-refused data-failed hidden><form>… <button data-ask> <span data-said></span></form></pd-push>
 */
const encoded = (bytes: ArrayBuffer | null): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

class PdPush extends HTMLElement {
  connectedCallback(): void {
    if (!("serviceWorker" in navigator) || !("PushManager" in window)) return;
    this.hidden = false;
    this.querySelector("[data-ask]")?.addEventListener("click", () => void this.ask());
  }

  private say(text: string | undefined): void {
    const place = this.querySelector("[data-said]");
    if (place) place.textContent = text ?? "";
  }

  private async ask(): Promise<void> {
    if (!this.querySelector("form")?.reportValidity()) return;
    if ((await Notification.requestPermission()) !== "granted") return this.say(this.dataset["refused"]);
    try {
      const worker = await navigator.serviceWorker.register(this.dataset["worker"] ?? "");
      await navigator.serviceWorker.ready;
      const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.dataset["key"] ?? "" });
      const form = this.querySelector("form");
      if (!form) return;
      const given = { endpoint: made.endpoint, p256dh: encoded(made.getKey("p256dh")), auth: encoded(made.getKey("auth")) };
      for (const [name, value] of Object.entries(given)) (form.elements.namedItem(name) as HTMLInputElement).value = value;
      form.submit();
    } catch {
      this.say(this.dataset["failed"]);
    }
  }
}

customElements.define("pd-push", PdPush);

export {};
