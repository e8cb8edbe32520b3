/** Keeps every `<time data-ago datetime="…">` of the page in words that are still true. No element of its own: one file, one concern. */
import { everyBeat } from "./lib/river.ts";
import { ageText, language } from "./lib/words.ts";

everyBeat(() => {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const text = ageText((Date.now() - Date.parse(time.dateTime)) / 1000, language());
    if (time.textContent !== text) time.textContent = text;
  }
});
