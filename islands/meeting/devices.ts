/** The check before joining: camera, microphone, speaker and network, each with a word about what is wrong. */
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
      this.tell(kind, "danger", this.words[`wrong_${(problem as DOMException).name}`] ?? this.words["wrong_device"]!);
    }
    if (kind === "camera") {
      const mirror = this.part("mirror") as HTMLVideoElement;
      const track = this.stream.getVideoTracks()[0];
      mirror.srcObject = track ? new MediaStream([track]) : null;
      this.part("mirror-off").hidden = Boolean(track);
    }
  }

  private tell(name: string, state: string, text: string): void {
    this.check(name).dataset["state"] = state;
    this.part(`${name}-says`).textContent = text;
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
    this.timer = window.setInterval(() => {
      this.analyser?.getByteTimeDomainData(samples);
      (this.part("level") as HTMLMeterElement).value = Math.min(1, Math.max(...samples.map((one) => Math.abs(one - 128))) / 64);
    }, 100);
  }

  /** The way to the house: how long an answer takes. */
  private async network(): Promise<void> {
    try {
      const begun = performance.now();
      await fetch("/healthz", { cache: "no-store" });
      const took = Math.round(performance.now() - begun);
      this.tell("network", took < 400 ? "well" : "attention", `${took} ms`);
    } catch {
      this.tell("network", "danger", this.words["wrong_network"]!);
    }
  }

  beep(): void {
    const context = (this.context ??= new AudioContext());
    void context.resume();
    const tone = context.createOscillator();
    tone.connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.4);
  }

  done(): void {
    window.clearInterval(this.timer);
  }
}
