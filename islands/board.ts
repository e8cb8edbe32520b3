import "./pd-live.ts";
import "./pd-line.ts";
import "./pd-figure.ts";
import "./pd-map.ts";
import "./pd-ranking.ts";
import "./pd-clock.ts";
import "./pd-ticker.ts";
import "./pd-ages.ts";
import "./pd-moment.ts";
import "./pd-fresh.ts";
import "./pd-again.ts";
import "./pd-scenes.ts";

// Charts and cameras weigh more than all else together: only pages that have one load their code.
function loadWhatIsThere(): void {
  if (document.querySelector("pd-trend")) void import("./pd-trend.ts");
  if (document.querySelector("pd-camera")) void import("./pd-camera.ts");
}
loadWhatIsThere();
window.addEventListener("pendopo:placed", loadWhatIsThere);
