/**
 * Ticks in groups that one can search: what is typed hides the rest, and everything shown is ticked at once. Counts stand at each group.
 *
 * <pd-pick data-search="Search" data-all="Tick all shown" data-none="None" data-chosen="chosen">
 *   <details><summary>Kecamatan <output></output></summary><div><label><input type="checkbox" …> Sooko</label> …</div></details>
 * </pd-pick>
 */
class PdPick extends HTMLElement {
  private search = document.createElement("input");

  connectedCallback(): void {
    if (!this.querySelector("label")) return;
    const bar = document.createElement("div");
    bar.className = "row meeting-pick-bar";
    this.search.type = "search";
    this.search.placeholder = this.dataset.search ?? "";
    this.search.setAttribute("aria-label", this.dataset.search ?? "");
    this.search.addEventListener("input", () => this.narrow());
    this.search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    bar.append(this.search, this.button(this.dataset.all ?? "", true), this.button(this.dataset.none ?? "", false));
    this.prepend(bar);
    this.addEventListener("change", () => this.count());
    this.count();
  }

  private button(text: string, on: boolean): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = text;
    button.addEventListener("click", () => {
      for (const label of this.querySelectorAll("label")) {
        const group = label.closest("details");
        if (on && (label.hidden || !group?.open)) continue;
        label.querySelector("input")!.checked = on;
      }
      this.count();
    });
    return button;
  }

  private narrow(): void {
    const wanted = this.search.value.trim().toLocaleLowerCase();
    for (const group of this.querySelectorAll("details")) {
      let shown = 0;
      for (const label of group.querySelectorAll("label")) {
        label.hidden = !(label.textContent ?? "").toLocaleLowerCase().includes(wanted);
        if (!label.hidden) shown += 1;
      }
      group.hidden = shown === 0;
      if (wanted) group.open = shown > 0;
    }
  }

  private count(): void {
    for (const group of this.querySelectorAll("details")) {
      const chosen = group.querySelectorAll("input:checked").length;
      group.querySelector("output")!.textContent = chosen ? `${chosen} ${this.dataset.chosen ?? ""}` : "";
    }
  }
}

customElements.define("pd-pick", PdPick);
