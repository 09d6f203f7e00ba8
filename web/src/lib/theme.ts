import { writeSetting } from "./storage";

export type Theme = "dark" | "light" | "contrast";

export const THEMES: readonly { theme: Theme; name: string }[] = [
  { theme: "dark", name: "Dark" },
  { theme: "light", name: "Light" },
  { theme: "contrast", name: "High contrast" },
];

const KEY = "bifrost.theme";

/** The theme that `public/theme.js` applied before the first paint. */
export function currentTheme(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "contrast" ? theme : "dark";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  writeSetting(KEY, theme);
}

export function nextTheme(theme: Theme): Theme {
  const at = THEMES.findIndex((each) => each.theme === theme);
  return THEMES[(at + 1) % THEMES.length]?.theme ?? "dark";
}

