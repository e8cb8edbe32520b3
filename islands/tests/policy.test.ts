import assert from "node:assert/strict";
import { test } from "node:test";
import { BEST, fresh, layerOf, type Line, next, quality, type Sample } from "../meeting/policy.ts";

const GOOD: Sample = { frames: 20, packets: 100, lost: 0, wanted: 2 };
const LOSSY: Sample = { frames: 20, packets: 100, lost: 20, wanted: 2 };
const FROZEN: Sample = { frames: 0, packets: 100, lost: 0, wanted: 2 };

function after(line: Line, sample: Sample, seconds: number): Line {
  for (let second = 0; second < seconds; second++) line = next(line, sample);
  return line;
}

test("a good line has the largest pictures after four seconds and is never called thin", () => {
  let line = fresh();
  for (let second = 0; second < 4; second++) { assert.equal(quality(line), 3); line = next(line, GOOD); }
  assert.equal(line.cap, BEST);
});

test("pictures step down and stop while the sound goes on, and the person is told", () => {
  let line = after(fresh(), GOOD, 4);
  line = after(line, LOSSY, 2);
  assert.deepEqual([line.cap, quality(line)], [1, 2]);
  line = after(line, FROZEN, 4);
  assert.deepEqual([line.cap, quality(line)], [-1, 1]);
  assert.equal(after(line, LOSSY, 10).cap, -1);
});

test("a thin line is disturbed less and less often by tries", () => {
  let line = after(fresh(), GOOD, 2), tries = 0;
  for (let second = 0; second < 120; second++) {
    const before = line.cap;
    line = next(line, line.cap > 0 ? LOSSY : GOOD);
    if (line.cap > before) tries += 1;
  }
  assert.ok(tries <= 4, `${tries} tries in two minutes`);
});

test("a line that mends has large pictures again", () => {
  const line = after(after(after(fresh(), GOOD, 4), LOSSY, 4), GOOD, 60);
  assert.deepEqual([line.cap, quality(line)], [BEST, 3]);
});

test("a tile gets the layer of its height", () => {
  assert.deepEqual([layerOf(150, 1), layerOf(150, 2), layerOf(600, 1)], [0, 1, 2]);
});
