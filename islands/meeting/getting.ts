import type { Wire, Word } from "./wire.ts";
import { type Line, type Sample, fresh, next } from "./policy.ts";

export interface Stream {
  mid: string;
  feed: string;
  feedMid: string;
  type: "audio" | "video";
  what: string;
  active: boolean;
  track?: MediaStreamTrack;
}

/** Requests for other layers less than this apart get lost in Janus. */
const ASK_EVERY_MS = 600;

/** A picture begins small: what the line can take is not known yet. */
const SMALLEST = { substream: 0 };

/** What this page gets: one connection with the sound and pictures of everybody else. */
export class Getting {
  private pc?: RTCPeerConnection;
  private attached = false;
  private readonly streams = new Map<string, Stream>();
  private readonly wants = new Map<string, string>();
  private readonly asked = new Map<string, string>();
  private chain: Promise<void> = Promise.resolve();
  private timer = 0;
  private before = new Map<string, Sample>();
  line: Line = fresh();

  constructor(private readonly wire: Wire, private readonly changed: (streams: Stream[]) => void, private readonly failed: () => void) {}

  /** A new connection after joining. */
  start(ice: RTCIceServer[]): void {
    this.stop();
    const pc = new RTCPeerConnection({ iceServers: ice, bundlePolicy: "max-bundle" });
    this.pc = pc;
    pc.onicecandidate = (event) => this.wire.say({ do: "trickle", handle: "sub", feed: this.wire.feed, candidate: event.candidate?.toJSON() ?? null });
    pc.oniceconnectionstatechange = () => {
      if (pc === this.pc && pc.iceConnectionState === "failed") this.failed();
    };
    pc.ontrack = (event) => {
      const stream = this.streams.get(event.transceiver.mid ?? "");
      if (stream) stream.track = event.track;
      this.tell();
    };
    this.timer = window.setInterval(() => this.askLayers(), ASK_EVERY_MS);
  }

  private queue(work: () => Promise<void>): Promise<void> {
    this.chain = this.chain.catch(() => undefined).then(work);
    return this.chain;
  }

  /** Gets these people's streams from now on. */
  follow(publishers: Word[]): Promise<void> {
    return this.queue(async () => {
      const known = new Set([...this.streams.values()].filter((one) => one.active).map((one) => `${one.feed}/${one.feedMid}`));
      const wanted = publishers.flatMap((one) =>
        ((one.streams ?? []) as Word[]).filter((stream) => !stream.disabled && !known.has(`${one.id}/${stream.mid}`)).map((stream) => ({ feed: one.id as string, mid: stream.mid as string, ...(stream.type === "video" ? SMALLEST : {}) })));
      if (!wanted.length || !this.pc) return;
      const body = { request: this.attached ? "subscribe" : "join", streams: wanted };
      const answer = await this.wire.ask({ do: "media", handle: "sub", body });
      this.attached = true;
      await this.agree(answer.data as Word, answer.jsep as RTCSessionDescriptionInit | null);
    });
  }

  /** What Janus said by itself: others came, went, or changed what they send. */
  heard(data: Word, jsep: RTCSessionDescriptionInit | null): Promise<void> {
    return this.queue(() => this.agree(data, jsep));
  }

  private async agree(data: Word, jsep: RTCSessionDescriptionInit | null): Promise<void> {
    for (const one of (data?.streams ?? []) as Word[]) {
      const before = this.streams.get(one.mid as string);
      const same = before?.feed === one.feed_id && before?.feedMid === one.feed_mid;
      this.streams.set(one.mid as string, {
        mid: one.mid as string,
        feed: (one.feed_id ?? "") as string,
        feedMid: (one.feed_mid ?? "") as string,
        type: one.type as "audio" | "video",
        what: (one.feed_description ?? one.type) as string,
        active: one.active !== false && Boolean(one.feed_id),
        track: same ? before?.track : undefined,
      });
      if (!same) this.asked.delete(one.mid as string);
    }
    const pc = this.pc;
    if (jsep && pc) {
      await pc.setRemoteDescription(jsep);
      await pc.setLocalDescription(await pc.createAnswer());
      for (const transceiver of pc.getTransceivers()) {
        const stream = this.streams.get(transceiver.mid ?? "");
        if (stream) stream.track = transceiver.receiver.track;
      }
      await this.wire.ask({ do: "media", handle: "sub", body: { request: "start" }, jsep: pc.localDescription });
    }
    this.tell();
  }

  private tell(): void {
    this.changed([...this.streams.values()].filter((one) => one.active && one.track));
  }

  /** Whether and how big a picture is wanted: "off", or the layer as a digit. */
  want(mid: string, layer: number | null): void {
    this.wants.set(mid, layer === null ? "off" : String(layer));
  }

  private askLayers(): void {
    const streams: Word[] = [];
    for (const [mid, wish] of this.wants) {
      const stream = this.streams.get(mid);
      if (!stream?.active || stream.type !== "video") continue;
      const layer = wish === "off" || (this.line.cap < 0 && stream.what !== "screen") ? "off" : String(Math.min(Number(wish), Math.max(0, this.line.cap)));
      if (this.asked.get(mid) === layer) continue;
      this.asked.set(mid, layer);
      streams.push(layer === "off" ? { mid, send: false } : { mid, send: true, substream: Number(layer) });
    }
    if (streams.length) this.wire.ask({ do: "media", handle: "sub", body: { request: "configure", streams } }).catch(() => streams.forEach((one) => this.asked.delete(one.mid)));
  }

  /** Once a second: what arrived, and what follows from it for the layers. */
  async measure(): Promise<void> {
    const report = await this.pc?.getStats();
    if (!report || !this.attached) return;
    const sum: Sample = { frames: 0, packets: 0, lost: 0, wanted: this.list().filter((one) => one.what === "video" && (this.asked.get(one.mid) ?? "off") !== "off").length };
    report.forEach((one) => {
      if (one.type !== "inbound-rtp") return;
      // A screen on which nothing moves sends few pictures: only faces tell how the line is.
      const isFace = this.streams.get(one.mid ?? "")?.what === "video";
      const before = this.before.get(one.id) ?? { frames: 0, packets: 0, lost: 0, wanted: 0 };
      const now: Sample = { frames: one.framesDecoded ?? 0, packets: one.packetsReceived ?? 0, lost: one.packetsLost ?? 0, wanted: 0 };
      this.before.set(one.id, now);
      if (isFace) sum.frames += now.frames - before.frames;
      sum.packets += now.packets - before.packets;
      sum.lost += Math.max(0, now.lost - before.lost);
    });
    // Cameras that are off send nothing: only loss tells then.
    if (sum.packets + sum.lost > 0) this.line = next(this.line, sum.frames === 0 && sum.lost === 0 ? { ...sum, wanted: 0 } : sum);
  }

  /** For measurements: what the browser's statistics say. */
  async stats(): Promise<RTCStatsReport | undefined> {
    return this.pc?.getStats();
  }

  list(): Stream[] {
    return [...this.streams.values()].filter((one) => one.active);
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.pc?.close();
    this.pc = undefined;
    this.attached = false;
    this.streams.clear();
    this.asked.clear();
    this.wants.clear();
    this.before = new Map();
    this.chain = Promise.resolve();
  }
}
