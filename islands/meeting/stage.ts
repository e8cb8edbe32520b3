import type { Getting, Stream } from "./getting.ts";
import { layerOf } from "./policy.ts";
import type { People } from "./people.ts";

const WATCHED_PX = 8;

/** The faces: one tile a person or shared screen, sized by the grid or by who speaks. */
export class Stage {
  private readonly tiles = new Map<string, HTMLElement>();
  private readonly sounds = new Map<string, HTMLAudioElement>();
  private readonly seen = new Set<Element>();
  private readonly watching: IntersectionObserver;
  private streams: Stream[] = [];
  private speaking = "";
  layout: "grid" | "speaker" = "grid";

  constructor(private readonly grid: HTMLElement, private readonly people: People, private readonly getting: Getting, private readonly own: string) {
    this.watching = new IntersectionObserver((entries) => {
      for (const entry of entries) entry.isIntersecting ? this.seen.add(entry.target) : this.seen.delete(entry.target);
      this.ask();
    }, { rootMargin: `${WATCHED_PX}px` });
    new ResizeObserver(() => this.ask()).observe(grid);
    document.addEventListener("visibilitychange", () => this.ask());
  }

  /** Shows what arrives now. */
  show(streams: Stream[]): void {
    this.streams = streams;
    this.draw();
  }

  /** Draws every tile again: people came, went or changed. */
  draw(): void {
    const wanted = new Map<string, { seat: string; what: string; stream?: Stream }>();
    for (const person of this.people.list) if (person.role !== "listener" || person.seat === this.own) wanted.set(`${person.seat}/video`, { seat: person.seat, what: "video" });
    for (const stream of this.streams) {
      const seat = seatOf(stream.feed);
      if (stream.type === "audio") this.sound(stream);
      else if (stream.what !== "screen" || this.people.state(seat).screen) wanted.set(`${seat}/${stream.what}`, { seat, what: stream.what, stream });
    }
    for (const [key, tile] of this.tiles) if (!wanted.has(key) && !key.startsWith(`${this.own}/`)) this.drop(key, tile);
    for (const [key, { seat, what, stream }] of wanted) this.tile(key, seat, what, stream);
    for (const [mid, sound] of this.sounds) if (!this.streams.some((one) => one.mid === mid)) { sound.remove(); this.sounds.delete(mid); }
    this.arrange();
  }

  /** The own picture or screen, as it is sent. */
  mirror(what: "video" | "screen", track: MediaStreamTrack | undefined): void {
    const key = `${this.own}/${what}`;
    if (!track && what === "screen") { const tile = this.tiles.get(key); if (tile) this.drop(key, tile); this.arrange(); return; }
    this.picture(this.tile(key, this.own, what), track);
    this.arrange();
  }

  private tile(key: string, seat: string, what: string, stream?: Stream): HTMLElement {
    let tile = this.tiles.get(key);
    if (!tile) {
      tile = document.createElement("figure");
      tile.className = "meeting-tile";
      tile.innerHTML = '<video playsinline autoplay muted></video><b class="initials" aria-hidden="true"></b><figcaption><span class="name"></span><span class="agency"></span><span class="signs"></span></figcaption>';
      tile.dataset["seat"] = seat;
      tile.dataset["what"] = what;
      this.tiles.set(key, tile);
      this.grid.append(tile);
      this.watching.observe(tile);
    }
    const person = this.people.of(seat);
    tile.querySelector(".name")!.textContent = what === "screen" ? `${this.people.words["screen_of"]} ${person.name}` : person.name;
    tile.querySelector(".agency")!.textContent = person.agency;
    tile.querySelector(".initials")!.textContent = person.name.split(" ").slice(0, 2).map((word) => word[0] ?? "").join("");
    tile.querySelector(".signs")!.textContent = this.people.signs(seat);
    tile.dataset["mid"] = stream?.mid ?? "";
    if (seat !== this.own) this.picture(tile, stream?.track && (what === "screen" || this.people.state(seat).camera !== false) ? stream.track : undefined);
    return tile;
  }

  private picture(tile: HTMLElement, track: MediaStreamTrack | undefined): void {
    const video = tile.querySelector("video")!;
    const now = (video.srcObject as MediaStream | null)?.getVideoTracks()[0];
    tile.toggleAttribute("data-dark", !track);
    if (now === track) return;
    video.srcObject = track ? new MediaStream([track]) : null;
    if (track) void video.play().catch(() => undefined);
  }

  private sound(stream: Stream): void {
    let sound = this.sounds.get(stream.mid);
    if (!sound) {
      sound = document.createElement("audio");
      sound.autoplay = true;
      this.sounds.set(stream.mid, sound);
      this.grid.append(sound);
    }
    sound.dataset["seat"] = seatOf(stream.feed);
    const now = (sound.srcObject as MediaStream | null)?.getAudioTracks()[0];
    if (now !== stream.track) sound.srcObject = new MediaStream([stream.track!]);
  }

  private drop(key: string, tile: HTMLElement): void {
    this.watching.unobserve(tile);
    this.seen.delete(tile);
    tile.remove();
    this.tiles.delete(key);
  }

  /** Who speaks stands in the middle of the speaker layout and has a frame in the grid. */
  speaks(feed: string, on: boolean): void {
    const seat = seatOf(feed);
    if (on) this.speaking = seat;
    for (const tile of this.tiles.values()) if (tile.dataset["seat"] === seat) tile.toggleAttribute("data-speaks", on);
    if (on && this.layout === "speaker") this.arrange();
  }

  private arrange(): void {
    const tiles = [...this.tiles.values()];
    const screen = tiles.find((tile) => tile.dataset["what"] === "screen");
    const main = screen ?? tiles.find((tile) => tile.dataset["seat"] === this.speaking && tile.dataset["seat"] !== this.own) ?? tiles.find((tile) => tile.dataset["seat"] !== this.own) ?? tiles[0];
    const single = this.layout === "speaker" || Boolean(screen);
    this.grid.dataset["layout"] = single ? "speaker" : "grid";
    this.grid.dataset["tiles"] = String(Math.min(tiles.length, 25));
    for (const tile of tiles) tile.toggleAttribute("data-main", single && tile === main);
    this.ask();
  }

  /** Tells the media server which pictures are wanted, and how big. */
  ask(): void {
    for (const tile of this.tiles.values()) {
      const mid = tile.dataset["mid"];
      if (!mid) continue;
      const isSeen = this.seen.has(tile) && !document.hidden && !tile.hasAttribute("data-dark");
      this.getting.want(mid, isSeen ? layerOf(tile.clientHeight, window.devicePixelRatio) : null);
    }
  }

  clear(): void {
    for (const sound of this.sounds.values()) sound.remove();
    this.sounds.clear();
    this.streams = [];
  }
}

export function seatOf(feed: string): string {
  return feed.slice(0, feed.lastIndexOf("."));
}
