// Runs before the first paint, as a file of its own because the content security policy allows no inline script.
// The key and the values are those of src/lib/theme.ts.
try {
  const stored = localStorage.getItem("bifrost.theme");
  document.documentElement.dataset.theme = stored === "light" ? "light" : "dark";
} catch {
  document.documentElement.dataset.theme = "dark";
}
