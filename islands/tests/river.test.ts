import assert from "node:assert/strict";
import { test } from "node:test";
import { dimsKey, follow, isNewer, tell, type Word } from "../lib/river.ts";

const word = (changes: Partial<Word>): Word => ({
  indicator: "rain", region: "35.16", dims: {}, at: "2026-01-01T00:00:00Z", value: 1, quality: "ok", source: "s", known_since: "2026-01-01T00:00:00.5Z", reporting: 1, expected: 1, ...changes,
});

test("dims are written as the bus writes them", () => {
  assert.equal(dimsKey({}), "");
  assert.equal(dimsKey({ pos: "BE10128", layer: "2" }), "layer=2,pos=BE10128");
  assert.equal(dimsKey({ "a b": "x.y/é" }), "a%20b=x%2Ey%2Fé");
});

test("newest wins: an older or equal word changes nothing", () => {
  assert.equal(isNewer(word({}), "2026-01-01T00:00:00.5Z"), false);
  assert.equal(isNewer(word({}), "2026-01-01T00:00:00.6Z"), false);
  assert.equal(isNewer(word({}), "2026-01-01T00:00:00.4Z"), true);
  assert.equal(isNewer(word({ known_since: "2026-01-01T00:00:00.500001Z" }), "2026-01-01T00:00:00.500000Z"), true);
  assert.equal(isNewer(word({}), ""), true);
});

test("a roll-up follows the order of the stream, but not its first event", () => {
  assert.equal(isNewer(word({ expected: 18, known_since: "2025-01-01T00:00:00Z" }), "2026-01-01T00:00:00Z"), true);
  assert.equal(isNewer(word({ expected: 18, known_since: "2025-01-01T00:00:00Z", first: true }), "2026-01-01T00:00:00Z"), false);
});

test("who comes late hears what was said", () => {
  tell(word({ indicator: "late", value: 7 }));
  tell(word({ indicator: "late", value: 8 }));
  const heard: (number | null)[] = [];
  const stop = follow("late", (one) => heard.push(one.value));
  tell(word({ indicator: "late", value: 9 }));
  stop();
  tell(word({ indicator: "late", value: 10 }));
  assert.deepEqual(heard, [8, 9]);
});
