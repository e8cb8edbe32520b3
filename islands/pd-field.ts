/**
 * Reports from the field that outlast a lost line: each is kept on the phone with its pictures first, then sent, oldest first, and leaves
 * the phone only when the house has said that it is there. Each has its own number, so that one sent twice is there once.
 *
 * <pd-field data-url="/field/reports" data-worker="/field/worker.js" data-…><span data-line> <form>…</form> <div data-box><ul data-queue></ul></div></pd-field>
 */
interface Kept {
  key: string;
  said: string;
  text: string;
  place: string;
  exercise: boolean;
  latitude: string;
  longitude: string;
  photos: Blob[];
  why: string;
}

const STORE = "reports";
const AGAIN_MS = 10_000;
const SIDE = 1600;

/** The phone's own store; every call is one transaction. */
class Drawer {
  private opened: Promise<IDBDatabase> | undefined;

  private open(): Promise<IDBDatabase> {
    this.opened ??= new Promise((done, failed) => {
      const request = indexedDB.open("pendopo-field", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    return this.opened;
  }

  private async run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await this.open()).transaction(STORE, mode);
    const request = work(transaction.objectStore(STORE));
    return new Promise((done, failed) => {
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  }

  async all(): Promise<Kept[]> {
    const found = await this.run<Kept[]>("readonly", (store) => store.getAll());
    return found.sort((one, other) => one.said.localeCompare(other.said));
  }

  put(report: Kept): Promise<IDBValidKey> {
    return this.run("readwrite", (store) => store.put(report));
  }

  drop(key: string): Promise<undefined> {
    return this.run("readwrite", (store) => store.delete(key));
  }
}

class PdField extends HTMLElement {
  private drawer = new Drawer();
  private position: GeolocationPosition | undefined;
  private timer = 0;
  private sending = false;

  connectedCallback(): void {
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.keep(event.currentTarget as HTMLFormElement);
    });
    window.addEventListener("online", this.send);
    this.timer = window.setInterval(this.send, AGAIN_MS);
    void navigator.serviceWorker?.register(this.dataset["worker"] ?? "", { scope: "/field" }).catch(() => undefined);
    navigator.geolocation?.watchPosition(
      (found) => { this.position = found; this.where(); },
      () => this.where(),
      { enableHighAccuracy: true, maximumAge: 60_000 },
    );
    void this.send();
  }

  disconnectedCallback(): void {
    window.removeEventListener("online", this.send);
    window.clearInterval(this.timer);
  }

  private where(): void {
    const said = this.querySelector("[data-position]");
    const text = this.position ? `${this.dataset["here"]} (±${Math.round(this.position.coords.accuracy)} m)` : this.dataset["nowhere"];
    if (said) said.textContent = text ?? "";
  }

  private async keep(form: HTMLFormElement): Promise<void> {
    const fields = new FormData(form);
    const files = fields.getAll("photo").filter((file): file is File => file instanceof File && file.size > 0);
    const report: Kept = {
      key: crypto.randomUUID?.() ?? number(),
      said: new Date().toISOString(),
      text: String(fields.get("text") ?? ""),
      place: String(fields.get("place") ?? ""),
      exercise: fields.has("exercise"),
      latitude: this.position?.coords.latitude.toFixed(6) ?? "",
      longitude: this.position?.coords.longitude.toFixed(6) ?? "",
      photos: await Promise.all(files.map(smaller)),
      why: "",
    };
    try {
      await this.drawer.put(report);
    } catch {
      return this.tell(this.dataset["failed"], "danger");
    }
    form.reset();
    this.tell(this.dataset["kept"], "attention");
    await this.send();
  }

  /** Sends what waits, oldest first; stops at the first that the line does not carry. */
  private readonly send = async (): Promise<void> => {
    if (this.sending) return;
    this.sending = true;
    try {
      for (const report of await this.drawer.all()) {
        if (!report.why && !(await this.hand(report))) break;
      }
    } finally {
      this.sending = false;
      await this.show();
    }
  };

  private async hand(report: Kept): Promise<boolean> {
    const body = new FormData();
    for (const name of ["key", "said", "text", "place", "latitude", "longitude"] as const) body.set(name, report[name]);
    if (report.exercise) body.set("exercise", "on");
    report.photos.forEach((photo, place) => body.append("photo", photo, `${place}.jpg`));
    body.set("sent", new Date().toISOString());
    body.set("csrfmiddlewaretoken", /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? this.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "");
    const answer = await fetch(this.dataset["url"] ?? "", { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (!answer || answer.status >= 500 || answer.status === 429) return false;
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      this.tell(this.dataset["signin"], "danger");
      return false;
    }
    if (answer.ok) await this.drawer.drop(report.key);
    else {
      report.why = ((await answer.json().catch(() => ({}))) as { detail?: string }).detail ?? String(answer.status);
      await this.drawer.put(report);
    }
    return true;
  }

  private async show(): Promise<void> {
    const waiting = await this.drawer.all();
    this.querySelector("[data-box]")?.toggleAttribute("hidden", waiting.length === 0);
    this.querySelector("[data-queue]")?.replaceChildren(...waiting.map((report) => this.line(report)));
    if (waiting.length === 0) this.tell(this.dataset["gone"], "well");
  }

  private line(report: Kept): HTMLLIElement {
    const item = document.createElement("li");
    item.className = "stack tight";
    const text = document.createElement("span");
    text.textContent = report.text;
    const state = document.createElement("span");
    state.className = `state ${report.why ? "danger" : "attention"}`;
    state.textContent = report.why ? `${this.dataset["refused"]}: ${report.why}` : (this.dataset["waiting"] ?? "");
    item.append(text, state);
    if (report.why) {
      const away = document.createElement("button");
      away.type = "button";
      away.className = "button small";
      away.textContent = "✕";
      away.addEventListener("click", () => void this.drawer.drop(report.key).then(() => this.show()));
      item.append(away);
    }
    return item;
  }

  private tell(text: string | undefined, tone: string): void {
    const said = this.querySelector("[data-line]");
    if (!said) return;
    said.textContent = text ?? "";
    said.className = `state ${tone}`;
  }
}

/** A number of a report where the browser makes none by itself (pages without TLS). */
function number(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** A picture that a thin line carries; drawn anew, it has lost what the camera wrote beside it. The file itself where it cannot be drawn. */
async function smaller(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const ground = document.createElement("canvas");
    ground.width = Math.round(picture.width * scale);
    ground.height = Math.round(picture.height * scale);
    ground.getContext("2d")!.drawImage(picture, 0, 0, ground.width, ground.height);
    return await new Promise((done) => ground.toBlob((made) => done(made ?? file), "image/jpeg", 0.8));
  } catch {
    return file;
  }
}

customElements.define("pd-field", PdField);
