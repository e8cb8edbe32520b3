import "./pd-field.ts";
