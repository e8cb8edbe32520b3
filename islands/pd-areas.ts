/**
 * A map on which districts are chosen: a click on an outline ticks its box, and a ticked box colours its outline.
 *
 * <pd-areas><svg>… <path data-region="35.16.13">…</path> …</svg> … <input type="checkbox" value="35.16.13"> …</pd-areas>
 */
class PdAreas extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const box = this.box((event.target as Element).closest<SVGPathElement>("path[data-region]")?.dataset["region"]);
      if (!box) return;
      box.checked = !box.checked;
      this.colour();
    });
    this.addEventListener("change", () => this.colour());
    this.colour();
  }

  private box(region: string | undefined): HTMLInputElement | null {
    return region ? this.querySelector<HTMLInputElement>(`input[value="${CSS.escape(region)}"]`) : null;
  }

  private colour(): void {
    for (const area of this.querySelectorAll<SVGPathElement>("path[data-region]")) {
      area.classList.toggle("chosen", this.box(area.dataset["region"])?.checked ?? false);
    }
  }
}

customElements.define("pd-areas", PdAreas);
