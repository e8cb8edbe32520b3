import "./pd-theme.ts";
import "./pd-live.ts";
import "./pd-line.ts";
import "./pd-figure.ts";
import "./pd-map.ts";
import "./pd-ages.ts";
import "./pd-moment.ts";
