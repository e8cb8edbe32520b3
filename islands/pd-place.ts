/**
 * A button that fills the form's hidden latitude and longitude with the device's position, when its owner agrees.
 *
 * <pd-place data-label="Pakai posisi saya" data-found="…" data-failed="…"><input name="latitude" hidden><input name="longitude" hidden></pd-place>
 */
class PdPlace extends HTMLElement {
  connectedCallback(): void {
    if (!navigator.geolocation) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button", textContent: this.dataset["label"] ?? "" });
    const word = document.createElement("p");
    word.className = "quiet";
    word.setAttribute("role", "status");
    button.addEventListener("click", () => navigator.geolocation.getCurrentPosition((found) => this.fill(found, word), () => (word.textContent = this.dataset["failed"] ?? ""), { enableHighAccuracy: true, timeout: 15_000 }));
    this.append(button, word);
  }

  private fill(found: GeolocationPosition, word: HTMLElement): void {
    for (const name of ["latitude", "longitude"] as const) {
      const field = this.querySelector<HTMLInputElement>(`input[name=${name}]`);
      if (field) field.value = found.coords[name].toFixed(6);
    }
    word.textContent = `${this.dataset["found"]} (± ${Math.round(found.coords.accuracy)} m)`;
  }
}

customElements.define("pd-place", PdPlace);
