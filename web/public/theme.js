// Runs before the first paint, as a file of its own because the content security policy allows no inline script.
// The key and the values are those of src/lib/theme.ts.
(() => {
  let theme;
  try {
    theme = localStorage.getItem("bifrost.theme");
  } catch {
    theme = null;
  }
  if (theme !== "dark" && theme !== "light" && theme !== "contrast") {
    theme = matchMedia("(prefers-contrast: more)").matches ? "contrast" : "dark";
  }
  document.documentElement.dataset.theme = theme;
})();
