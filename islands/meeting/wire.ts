/** The line of a meeting's page to the product: words as JSON over one WebSocket, opened again when it breaks. */
export type Word = Record<string, any>;

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2000;
const ANSWER_MS = 12_000;
/** The product says that it is over: nothing to open again. */
const OVER = new Set([4400, 4403]);

export class Wire {
  private socket?: WebSocket;
  /** The own stream since the last joining: what was begun before it is refused. */
  feed = "";
  private number = 0;
  private pause = FIRST_PAUSE_MS;
  private closed = false;
  private readonly waiting = new Map<number, (word: Word) => void>();

  constructor(private readonly path: string, private readonly hello: Word, private readonly hear: (word: Word) => void, private readonly lost: () => void) {}

  open(): void {
    const address = new URL(this.path, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => {
      this.pause = FIRST_PAUSE_MS;
      socket.send(JSON.stringify(this.hello));
    };
    socket.onmessage = (event) => this.take(JSON.parse(event.data as string) as Word);
    socket.onclose = (event) => this.gone(event.code);
  }

  private take(word: Word): void {
    if (word.say === "answer" && this.waiting.has(word.n)) {
      this.waiting.get(word.n)!(word);
      this.waiting.delete(word.n);
    } else this.hear(word);
  }

  private gone(code: number): void {
    for (const settle of this.waiting.values()) settle({ error: "the line broke" });
    this.waiting.clear();
    if (this.closed || OVER.has(code)) return;
    this.lost();
    window.setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(LONGEST_PAUSE_MS, this.pause * 2);
  }

  say(word: Word): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(word));
  }

  /** Asks and waits. Throws the refusal. */
  async ask(word: Word): Promise<Word> {
    const n = ++this.number;
    const answer = await new Promise<Word>((settle) => {
      this.waiting.set(n, settle);
      window.setTimeout(() => settle({ error: "no answer in time" }), ANSWER_MS);
      this.say({ ...word, feed: this.feed, n });
    });
    if (answer.error) throw new Error(answer.error as string);
    return answer;
  }

  close(): void {
    this.closed = true;
    this.socket?.close(1000);
  }
}
