import "./pd-theme.ts";
