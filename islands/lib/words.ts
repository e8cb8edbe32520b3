/** Numbers, ages and states in words, as pendopo/ui/words.py writes them; both are tested with tests/words.json. */
export type Language = "id" | "en";

export const DASH = "–";

const DAY = 86_400;
const STEPS: [number, number, string, string][] = [
  [90, 1, "detik", "second"],
  [90 * 60, 60, "menit", "minute"],
  [36 * 3600, 3600, "jam", "hour"],
  [60 * DAY, DAY, "hari", "day"],
  [730 * DAY, 30.436875 * DAY, "bulan", "month"],
  [Infinity, 365.2425 * DAY, "tahun", "year"],
];

const SAID = {
  id: { due: "ditunggu", stale: "terlambat", silent: "tanpa kabar", never: "belum ada laporan", province: "provinsi", regency: "kabupaten/kota", district: "kecamatan", village: "desa" },
  en: { due: "due", stale: "late", silent: "silent", never: "no report yet", province: "provinces", regency: "regencies", district: "districts", village: "villages" },
};

export type Said = keyof (typeof SAID)["id"];

export function language(): Language {
  return document.documentElement.lang === "en" ? "en" : "id";
}

export function say(word: Said, lang: Language): string {
  return SAID[lang][word];
}

export function numberText(value: number | null, decimals: number, lang: Language): string {
  if (value === null || !Number.isFinite(value)) return DASH;
  const fixed = Math.abs(value).toFixed(decimals);
  const [whole = "0", rest] = fixed.split(".");
  const [group, point] = lang === "id" ? [".", ","] : [",", "."];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  const sign = value < 0 && Number(fixed) !== 0 ? "\u2212" : "";
  return sign + grouped + (rest === undefined ? "" : point + rest);
}

export function spanText(seconds: number, lang: Language): string {
  const size = Math.abs(seconds);
  const [, unit, indonesian, english] = STEPS.find((step) => size < step[0])!;
  const count = Math.max(1, Math.floor(size / unit));
  if (lang === "id") return `${count} ${indonesian}`;
  return count === 1 ? `${count} ${english}` : `${count} ${english}s`;
}

export function ageText(seconds: number | null, lang: Language): string {
  if (seconds === null) return lang === "id" ? "belum pernah" : "never";
  if (seconds >= -60 && seconds < 10) return lang === "id" ? "baru saja" : "just now";
  const span = spanText(seconds, lang);
  if (lang === "id") return seconds < 0 ? `${span} lagi` : `${span} lalu`;
  return seconds < 0 ? `in ${span}` : `${span} ago`;
}
