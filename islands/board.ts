import "./pd-live.ts";
import "./pd-line.ts";
import "./pd-figure.ts";
import "./pd-map.ts";
import "./pd-ranking.ts";
import "./pd-clock.ts";
import "./pd-ticker.ts";
import "./pd-ages.ts";
import "./pd-moment.ts";

// Charts weigh more than all else together: only pages that have one load the drawing code.
if (document.querySelector("pd-trend")) void import("./pd-trend.ts");
