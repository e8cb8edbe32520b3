/** The state of a value of this age, all in seconds. pendopo/indicators/logic.py says the same; both are tested with tests/freshness.json. */
export type Freshness = "fresh" | "due" | "stale" | "silent";

export function freshnessOf(age: number | null, due: number, grace: number, every: number): Freshness {
  if (age === null) return "silent";
  if (age <= due) return "fresh";
  if (age <= due + grace) return "due";
  if (age <= due + grace + 3 * every) return "stale";
  return "silent";
}
