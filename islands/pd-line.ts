/**
 * Says how the line to the house is: live, or lost. Silent until the first word of it.
 *
 * <pd-line data-live="Langsung" data-lost="Sambungan terputus"></pd-line>
 */
class PdLine extends HTMLElement {
  private readonly hear = (): void => {
    const state = document.documentElement.dataset["line"];
    if (!state) return;
    this.className = `line ${state}`;
    this.textContent = this.dataset[state === "live" ? "live" : "lost"] ?? "";
  };

  connectedCallback(): void {
    this.setAttribute("role", "status");
    window.addEventListener("pendopo:line", this.hear);
    this.hear();
  }

  disconnectedCallback(): void {
    window.removeEventListener("pendopo:line", this.hear);
  }
}

customElements.define("pd-line", PdLine);
