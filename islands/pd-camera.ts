/**
 * Plays a camera (HLS) and says truthfully whether it is alive: only a picture that moves on counts, not a connection. One that stalls is
 * said to be stalled, with for how long, and is tried again.
 *
 * <pd-camera data-address="https://…/index.m3u8" data-live data-stalled data-absent><video muted playsinline></video>
 *   <p><span class="state" data-part="state">…</span></p></pd-camera>
 */
import Hls from "hls.js/light";
import { language, spanText } from "./lib/words.ts";

const STALLED_AFTER_MS = 12_000;
const AGAIN_MS = 10_000;
const LOOK_MS = 1000;

class PdCamera extends HTMLElement {
  private player: Hls | null = null;
  private timer = 0;
  private again = 0;
  private reached = -1;
  private moved = 0;
  private absent = false;

  connectedCallback(): void {
    this.moved = Date.now();
    this.play();
    this.timer = window.setInterval(() => this.watch(), LOOK_MS);
  }

  disconnectedCallback(): void {
    clearInterval(this.timer);
    clearTimeout(this.again);
    this.player?.destroy();
    this.player = null;
  }

  private get video(): HTMLVideoElement {
    return this.querySelector("video")!;
  }

  private play(): void {
    clearTimeout(this.again);
    this.again = 0;
    this.player?.destroy();
    this.player = null;
    this.reached = -1;
    const address = this.dataset["address"] ?? "";
    if (Hls.isSupported()) {
      this.player = new Hls({ enableWorker: false, liveSyncDurationCount: 3, backBufferLength: 10, maxBufferLength: 20 });
      this.player.on(Hls.Events.ERROR, (_event: string, data: { fatal: boolean }) => {
        if (data.fatal) this.retry(this.reached < 0);
      });
      this.player.loadSource(address);
      this.player.attachMedia(this.video);
    } else if (this.video.src !== address) {
      this.video.src = address;
    } else this.video.load();
    void this.video.play().catch(() => undefined);
  }

  private retry(absent: boolean): void {
    this.absent = absent;
    this.again ||= window.setTimeout(() => this.play(), AGAIN_MS);
  }

  private watch(): void {
    const at = this.video.currentTime;
    if (at > 0 && at !== this.reached) {
      this.reached = at;
      this.moved = Date.now();
      this.absent = false;
      this.say("well", this.dataset["live"] ?? "");
      return;
    }
    const still = Date.now() - this.moved;
    if (this.absent) this.say("danger", this.dataset["absent"] ?? "");
    else if (still > STALLED_AFTER_MS) {
      this.say("attention", `${this.dataset["stalled"]} ${spanText(still / 1000, language())}`);
      this.retry(false);
    }
  }

  private say(state: string, text: string): void {
    const part = this.querySelector("[data-part=state]");
    if (part && part.textContent !== text) part.textContent = text;
    if (part && part.className !== `state ${state}`) part.className = `state ${state}`;
    this.classList.toggle("stalled", state !== "well");
  }
}

customElements.define("pd-camera", PdCamera);
