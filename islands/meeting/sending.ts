import type { Wire } from "./wire.ts";

/** Three sizes of the own picture, highest first, so that everybody gets the one their tile and line can take. */
const LAYERS: RTCRtpEncodingParameters[] = [
  { rid: "h", maxBitrate: 900_000 },
  { rid: "m", maxBitrate: 300_000, scaleResolutionDownBy: 2 },
  { rid: "l", maxBitrate: 100_000, scaleResolutionDownBy: 4 },
];
const SCREEN: RTCRtpEncodingParameters[] = [{ maxBitrate: 1_200_000 }];

export type What = "audio" | "video" | "screen";
const HINTS: Record<What, string> = { audio: "speech", video: "motion", screen: "detail" };

/** What this page sends: one connection with sound, picture and, when shared, a screen. */
export class Sending {
  private pc?: RTCPeerConnection;
  private readonly tracks = new Map<What, MediaStreamTrack>();
  private readonly senders = new Map<What, RTCRtpTransceiver>();
  private chain: Promise<void> = Promise.resolve();
  private published = false;
  /** What was on when everything was held back. */
  private held: MediaStreamTrack[] = [];

  constructor(private readonly wire: Wire, private readonly failed: () => void) {}

  track(what: What): MediaStreamTrack | undefined {
    return this.tracks.get(what);
  }

  mid(what: What): string {
    return this.senders.get(what)?.mid ?? "";
  }

  get sends(): boolean {
    return this.tracks.size > 0;
  }

  /** Holds everything back, sound as silence and pictures as black, or lets it through again. */
  hold(on: boolean): void {
    for (const track of this.held) track.enabled = true;
    this.held = on ? [...this.tracks.values()].filter((track) => track.enabled) : [];
    for (const track of this.held) track.enabled = false;
  }

  /** What is held back stays off. */
  give(): void {
    this.held = [];
  }

  /** A new connection after joining, with the tracks that are there. */
  async start(ice: RTCIceServer[]): Promise<void> {
    this.stop();
    const pc = new RTCPeerConnection({ iceServers: ice, bundlePolicy: "max-bundle" });
    this.pc = pc;
    pc.onicecandidate = (event) => this.wire.say({ do: "trickle", handle: "pub", feed: this.wire.feed, candidate: event.candidate?.toJSON() ?? null });
    pc.oniceconnectionstatechange = () => {
      if (pc === this.pc && pc.iceConnectionState === "failed") this.failed();
    };
    for (const [what, track] of this.tracks) this.add(what, track);
    if (this.tracks.size) await this.agree();
  }

  private add(what: What, track: MediaStreamTrack): void {
    const sendEncodings = what === "video" ? LAYERS : what === "screen" ? SCREEN : [{}];
    this.senders.set(what, this.pc!.addTransceiver(track, { direction: "sendonly", sendEncodings }));
  }

  /** Offers what is sent now. One at a time. */
  private agree(): Promise<void> {
    this.chain = this.chain.catch(() => undefined).then(async () => {
      const pc = this.pc;
      if (!pc) return;
      await pc.setLocalDescription(await pc.createOffer());
      const descriptions = [...this.senders].map(([what, sender]) => ({ mid: sender.mid ?? "", description: what }));
      const body = { request: this.published ? "configure" : "publish", descriptions };
      const answer = await this.wire.ask({ do: "media", handle: "pub", body, jsep: pc.localDescription });
      if (pc !== this.pc || !answer.jsep) return;
      this.published = true;
      await pc.setRemoteDescription(answer.jsep as RTCSessionDescriptionInit);
    });
    return this.chain;
  }

  /** Sends this track from now on; null ends it. What stays connected needs no new agreement. */
  async set(what: What, track: MediaStreamTrack | null): Promise<void> {
    const before = this.tracks.get(what);
    if (track) {
      track.contentHint = HINTS[what];
      this.tracks.set(what, track);
    } else this.tracks.delete(what);
    if (before && before !== track) before.stop();
    const sender = this.senders.get(what);
    if (!this.pc) return;
    if (sender) {
      await sender.sender.replaceTrack(track);
    } else if (track) {
      this.add(what, track);
      await this.agree();
    }
  }

  async stats(): Promise<RTCStatsReport | undefined> {
    return this.pc?.getStats();
  }

  stop(): void {
    this.pc?.close();
    this.pc = undefined;
    this.published = false;
    this.senders.clear();
  }
}
