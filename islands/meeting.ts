import "./pd-theme.ts";
import "./pd-meeting.ts";
