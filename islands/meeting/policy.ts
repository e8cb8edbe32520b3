/**
 * What a page can take, decided each second from what arrived. Janus does not estimate a viewer's line, so the page does. It begins with the
 * smallest pictures and goes up quickly while everything arrives; two bad seconds → one layer lower, and after each try in vain a longer wait
 * before the next. Below the lowest layer pictures stop and sound goes on: sound first.
 */
export interface Sample {
  /** Pictures decoded and packets of everything since the last second. */
  frames: number;
  packets: number;
  lost: number;
  /** How many pictures are asked for now. */
  wanted: number;
}

export interface Line {
  /** The highest layer asked for: 2 = full, 1, 0 = small, -1 = sound only. */
  cap: number;
  bad: number;
  good: number;
  /** Good seconds before the next layer is tried; whether one was tried since the last step down; whether the line only begins. */
  wait: number;
  tried: boolean;
  begins: boolean;
}

export const BEST = 2;
const LOSS = 0.05;
const FEW_FRAMES = 4;
const BAD_S = 2;
const QUICK_S = 2;
const GOOD_S = 8;
const LONGEST_S = 120;

export function fresh(): Line {
  return { cap: 0, bad: 0, good: 0, wait: QUICK_S, tried: false, begins: true };
}

export function isBad(sample: Sample): boolean {
  const all = sample.packets + sample.lost;
  if (all > 20 && sample.lost / all > LOSS) return true;
  return sample.wanted > 0 && sample.frames < FEW_FRAMES;
}

export function next(line: Line, sample: Sample): Line {
  if (isBad(sample)) {
    if (line.bad + 1 < BAD_S) return { ...line, bad: line.bad + 1, good: 0 };
    const wait = line.tried ? Math.min(LONGEST_S, line.wait * 2) : line.wait;
    return { cap: Math.max(-1, line.cap - 1), bad: 0, good: 0, wait: Math.max(GOOD_S, wait), tried: false, begins: false };
  }
  if (line.good + 1 < line.wait) return { ...line, bad: 0, good: line.good + 1 };
  const cap = Math.min(BEST, line.cap + 1);
  return cap < BEST ? { ...line, cap, bad: 0, good: 0, tried: true } : { cap, bad: 0, good: 0, wait: GOOD_S, tried: false, begins: false };
}

/** The layer that a tile of this height (CSS pixels) needs: 180, 360 or 720 lines. */
export function layerOf(height: number, ratio: number): number {
  const lines = height * Math.min(2, ratio);
  return lines <= 200 ? 0 : lines <= 400 ? 1 : 2;
}

/** 3 = good, 2 = thin, 1 = sound only. A line that only begins is good until something of it is lost. */
export function quality(line: Line): number {
  return line.cap === BEST || line.begins ? 3 : line.cap >= 0 ? 2 : 1;
}
