import "./pd-clock.ts";
import "./pd-line.ts";
import "./pd-desk.ts";
