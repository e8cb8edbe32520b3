import "./pd-theme.ts";
import "./pd-list.ts";
import "./pd-rows.ts";
import "./pd-ages.ts";
import "./pd-moment.ts";
import "./pd-upload.ts";
import "./pd-draft.ts";
import "./pd-live.ts";
import "./pd-again.ts";
import "./pd-pick.ts";
import "./pd-areas.ts";

// Only the page of one's own notices asks a browser to show them.
if (document.querySelector("pd-push")) void import("./pd-push.ts");
