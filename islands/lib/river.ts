/** What pd-live hears, told to the islands that follow it. One connection a page; newest wins. */
export interface Word {
  indicator: string;
  region: string;
  dims: Record<string, string>;
  at: string;
  value: number | null;
  quality: string;
  source: string;
  known_since: string;
  reporting: number;
  expected: number;
  /** Heard with the first event of a stream: it may be older than what the page shows. */
  first?: boolean;
}

type Listener = (word: Word) => void;

const listeners = new Map<string, Set<Listener>>();
const heard = new Map<string, Word[]>();

/** The key of a series' dims, as indicators.logic.dims_key writes it. */
export function dimsKey(dims: Record<string, string>): string {
  const token = (text: string): string =>
    [...text].map((c) => (/[\p{L}\p{N}\-_:]/u.test(c) ? c : [...new TextEncoder().encode(c)].map((b) => `%${b.toString(16).toUpperCase().padStart(2, "0")}`).join(""))).join("");
  return Object.keys(dims).sort().map((name) => `${token(name)}=${token(dims[name]!)}`).join(",");
}

/** Follows every word about an indicator; what was heard already is told at once. Returns how to stop. */
export function follow(indicator: string, listener: Listener): () => void {
  const set = listeners.get(indicator) ?? new Set<Listener>();
  listeners.set(indicator, set.add(listener));
  for (const word of heard.get(indicator) ?? []) listener(word);
  return () => set.delete(listener);
}

export function tell(word: Word): void {
  const kept = (heard.get(word.indicator) ?? []).filter((one) => one.region !== word.region || dimsKey(one.dims) !== dimsKey(word.dims));
  heard.set(word.indicator, [...kept, word]);
  for (const listener of listeners.get(word.indicator) ?? []) listener(word);
}

/**
 * Whether a word is newer than what is shown. RFC 3339 in UTC: moments are compared, not texts. A roll-up may go back to an older stamp
 * when a report was retracted: then the order of the stream decides.
 */
export function isNewer(word: Word, known: string): boolean {
  if (word.expected > 1 && !word.first) return true;
  if (!known) return word.known_since !== "";
  return Date.parse(word.known_since) > Date.parse(known) || (word.known_since > known && Date.parse(word.known_since) === Date.parse(known));
}

const eachBeat = new Set<() => void>();
let beating = 0;

/** Calls back every few seconds, so that ages stay true without any message. Returns how to stop. */
export function everyBeat(callback: () => void): () => void {
  eachBeat.add(callback);
  beating ||= window.setInterval(() => eachBeat.forEach((one) => one()), 5000);
  return () => eachBeat.delete(callback);
}
