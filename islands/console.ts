import "./pd-theme.ts";
import "./pd-list.ts";
import "./pd-ages.ts";
import "./pd-moment.ts";
