import { writeSetting } from "./storage";

export type Theme = "dark" | "light";

/** The theme that `public/theme.js` applied before the first paint. */
export function currentTheme(): Theme {
  return document.documentElement.dataset.theme === "light" ? "light" : "dark";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  writeSetting("bifrost.theme", theme);
}
