import "./pd-editor.ts";
