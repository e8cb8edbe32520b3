/**
 * A list whose rows can be chosen: one box chooses all, and the number chosen is said.
 *
 * <pd-list><form>… <input type="checkbox" data-all> … <input type="checkbox" name="selected" value="7"> … <output data-count></output></form></pd-list>
 */
class PdList extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("change", (event) => {
      const box = event.target as HTMLInputElement;
      if (box.matches("[data-all]")) for (const one of this.boxes()) one.checked = box.checked;
      this.count();
    });
    this.count();
  }

  private boxes(): NodeListOf<HTMLInputElement> {
    return this.querySelectorAll("input[name=selected]");
  }

  private count(): void {
    const chosen = [...this.boxes()].filter((box) => box.checked).length;
    for (const place of this.querySelectorAll("[data-count]")) place.textContent = String(chosen);
  }
}

customElements.define("pd-list", PdList);
