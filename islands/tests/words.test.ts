import assert from "node:assert/strict";
import { test } from "node:test";
import table from "../../tests/words.json" with { type: "json" };
import { ageText, numberText } from "../lib/words.ts";

for (const row of table.numbers) {
  test(`the number ${row.value}`, () => {
    assert.equal(numberText(row.value, row.decimals, "id"), row.id);
    assert.equal(numberText(row.value, row.decimals, "en"), row.en);
  });
}

for (const row of table.ages) {
  test(`the age ${row.seconds}`, () => {
    assert.equal(ageText(row.seconds, "id"), row.id);
    assert.equal(ageText(row.seconds, "en"), row.en);
  });
}
