/**
 * Light, dark, or as the device says: switches at once and remembers by a cookie, which the server reads for the next page.
 *
 * <pd-theme><form method="post" action="/theme">… <button name="theme" value="dark" aria-pressed="false">…</form></pd-theme>
 */
class PdTheme extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button[name=theme]");
      if (!button) return;
      event.preventDefault();
      this.choose(button);
    });
  }

  private choose(chosen: HTMLButtonElement): void {
    const theme = chosen.value;
    document.documentElement.dataset["theme"] = theme;
    document.cookie = `pendopo_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === chosen));
    window.dispatchEvent(new Event("pendopo:theme"));
  }
}

customElements.define("pd-theme", PdTheme);
