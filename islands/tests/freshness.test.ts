import assert from "node:assert/strict";
import { test } from "node:test";
import table from "../../tests/freshness.json" with { type: "json" };
import { freshnessOf } from "../lib/freshness.ts";

for (const row of table) {
  test(`a value of age ${row.age} with ${row.due}+${row.grace} is ${row.is}`, () => {
    assert.equal(freshnessOf(row.age, row.due, row.grace, row.every), row.is);
  });
}
