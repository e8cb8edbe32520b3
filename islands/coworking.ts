import "./pd-theme.ts";
import "./pd-ages.ts";
import "./pd-slots.ts";
import "./pd-live.ts";
import "./pd-figure.ts";
