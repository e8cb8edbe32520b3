/**
 * What a page can take, decided each second from what arrived. Janus does not estimate a viewer's line, so the page does: two bad seconds →
 * one layer lower, eight good → one higher. Below the lowest layer pictures stop and sound goes on: sound first.
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
}

export const BEST = 2;
const LOSS = 0.05;
const FEW_FRAMES = 4;
const BAD_S = 2;
const GOOD_S = 8;

export function fresh(): Line {
  return { cap: BEST, bad: 0, good: 0 };
}

export function isBad(sample: Sample): boolean {
  const all = sample.packets + sample.lost;
  if (all > 20 && sample.lost / all > LOSS) return true;
  return sample.wanted > 0 && sample.frames < FEW_FRAMES;
}

export function next(line: Line, sample: Sample): Line {
  if (isBad(sample)) {
    if (line.bad + 1 < BAD_S) return { cap: line.cap, bad: line.bad + 1, good: 0 };
    return { cap: Math.max(-1, line.cap - 1), bad: 0, good: 0 };
  }
  if (line.good + 1 < GOOD_S) return { cap: line.cap, bad: 0, good: line.good + 1 };
  return { cap: Math.min(BEST, line.cap + 1), bad: 0, good: 0 };
}

/** The layer that a tile of this height (CSS pixels) needs: 180, 360 or 720 lines. */
export function layerOf(height: number, ratio: number): number {
  const lines = height * Math.min(2, ratio);
  return lines <= 200 ? 0 : lines <= 400 ? 1 : 2;
}

/** 3 = good, 2 = thin, 1 = sound only. */
export function quality(line: Line): number {
  return line.cap === BEST ? 3 : line.cap >= 0 ? 2 : 1;
}
