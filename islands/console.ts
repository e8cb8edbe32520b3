import "./pd-theme.ts";
import "./pd-list.ts";
import "./pd-ages.ts";
import "./pd-moment.ts";
import "./pd-upload.ts";
import "./pd-draft.ts";
import "./pd-live.ts";
import "./pd-again.ts";
