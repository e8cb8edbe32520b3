/** What is wrong by the browser's own names, as `_wrong.html` draws it. */
const WHYS: Record<string, string> = { NotAllowedError: "blocked", NotFoundError: "absent", NotReadableError: "busy", SecurityError: "insecure" };
/** A microphone below this for so long hears nothing. */
const QUIET = 0.02;
const QUIET_TICKS = 40;
const TICK_MS = 100;
const SLOW_MS = 400;

/** The check before joining: camera, microphone, speaker and network, each with a sentence and a picture of what is wrong. */
export class Devices {
  stream = new MediaStream();
  private context?: AudioContext;
  private analyser?: AnalyserNode;
  private timer = 0;

  constructor(private readonly part: (name: string) => HTMLElement, private readonly words: Record<string, string>, private readonly check: (name: string) => HTMLElement) {}

  async look(): Promise<void> {
    await Promise.all([this.open("camera"), this.open("microphone")]);
    await this.fill();
    this.hear();
    await this.network();
  }

  private async open(kind: "camera" | "microphone", id = ""): Promise<void> {
    const device = id ? { deviceId: { exact: id } } : {};
    const wanted = kind === "camera" ? { video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 }, ...device } } : { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...device } };
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
      const found = await navigator.mediaDevices.getUserMedia(wanted);
      for (const track of kind === "camera" ? this.stream.getVideoTracks() : this.stream.getAudioTracks()) { track.stop(); this.stream.removeTrack(track); }
      for (const track of found.getTracks()) this.stream.addTrack(track);
      this.tell(kind, "well", found.getTracks()[0]?.label || this.words["works"]!);
    } catch (problem) {
      const name = (problem as DOMException).name;
      this.tell(kind, "danger", this.words[`wrong_${name}`] ?? this.words["wrong_device"]!, WHYS[name] ?? "busy");
    }
    if (kind === "camera") {
      const mirror = this.part("mirror") as HTMLVideoElement;
      const track = this.stream.getVideoTracks()[0];
      mirror.srcObject = track ? new MediaStream([track]) : null;
      this.part("mirror-off").hidden = Boolean(track);
    }
  }

  private tell(name: string, state: string, text: string, why = ""): void {
    const row = this.check(name);
    row.dataset["state"] = state;
    row.dataset["why"] = why;
    this.part(`${name}-says`).textContent = text;
    row.querySelector("svg[data-why]")?.remove();
    const picture = (this.part("pictures") as HTMLTemplateElement).content.querySelector(`[data-why="${why || "none"}"]`);
    if (picture) row.append(picture.cloneNode(true));
  }

  private async fill(): Promise<void> {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    for (const [kind, name, box] of [["videoinput", "camera", "cameras"], ["audioinput", "microphone", "microphones"]] as const) {
      const select = this.part(box) as HTMLSelectElement;
      select.replaceChildren(...all.filter((one) => one.kind === kind).map((one) => new Option(one.label || name, one.deviceId)));
      select.onchange = () => void this.open(name, select.value).then(() => this.hear());
    }
  }

  private hear(): void {
    const track = this.stream.getAudioTracks()[0];
    if (!track) return;
    this.context ??= new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.context.createMediaStreamSource(new MediaStream([track])).connect(this.analyser);
    const samples = new Uint8Array(this.analyser.fftSize);
    window.clearInterval(this.timer);
    let quiet = 0;
    this.timer = window.setInterval(() => {
      this.analyser?.getByteTimeDomainData(samples);
      const level = Math.min(1, Math.max(...samples.map((one) => Math.abs(one - 128))) / 64);
      (this.part("level") as HTMLMeterElement).value = level;
      quiet = level > QUIET ? 0 : quiet + 1;
      const isSilent = this.check("microphone").dataset["why"] === "silent";
      if (quiet === QUIET_TICKS) this.tell("microphone", "attention", this.words["wrong_silent"]!, "silent");
      else if (!quiet && isSilent) this.tell("microphone", "well", track.label || this.words["works"]!);
    }, TICK_MS);
  }

  /** The way to the house: how long an answer takes. */
  private async network(): Promise<void> {
    try {
      const begun = performance.now();
      await fetch("/healthz", { cache: "no-store" });
      const took = Math.round(performance.now() - begun);
      if (took < SLOW_MS) this.tell("network", "well", `${this.words["works"]} · ${took} ms`);
      else this.tell("network", "attention", `${this.words["wrong_slow"]} (${took} ms)`, "slow");
    } catch {
      this.tell("network", "danger", this.words["wrong_network"]!, "cut");
    }
  }

  beep(): void {
    const context = (this.context ??= new AudioContext());
    void context.resume();
    const tone = context.createOscillator();
    tone.connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.4);
    for (const name of ["heard", "unheard"]) this.part(name).hidden = false;
  }

  /** What the person says of the tone. */
  heard(isHeard: boolean): void {
    if (isHeard) this.tell("speaker", "well", this.words["works"]!);
    else this.tell("speaker", "danger", this.words["wrong_speaker"]!, "muted");
  }

  done(): void {
    window.clearInterval(this.timer);
  }
}
