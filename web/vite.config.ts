import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.API_URL ?? "http://localhost:8000";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    port: 3000,
    // The cookie session is bound to the host that the browser sees, so the header `Host` is left as it is.
    proxy: { "/api": { target: api, changeOrigin: false } },
  },
  build: {
    target: "es2023",
    // `default-src 'self'` forbids data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800, // scripts/check_budget.mjs holds the budgets; the 3D view alone is larger than the default
  },
  css: { modules: { localsConvention: "camelCaseOnly" } },
  test: {
    restoreMocks: true,
    // Nothing here is slow, but a machine may be busy with other work.
    testTimeout: 60_000,
    unstubGlobals: true,
    css: { modules: { classNameStrategy: "non-scoped" } },
    projects: [
      // The engines need no document; components do.
      { extends: true, test: { name: "plain", environment: "node", include: ["src/**/*.test.ts", "scripts/*.test.mjs"] } },
      { extends: true, test: { name: "components", environment: "happy-dom", include: ["src/**/*.test.tsx"] } },
    ],
  },
});
