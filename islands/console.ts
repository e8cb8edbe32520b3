import "./pd-theme.ts";
import "./pd-list.ts";
