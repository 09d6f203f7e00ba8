import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";
import { layers } from "./scripts/layers.mjs";

export default tseslint.config(
  { ignores: ["dist/", "src/api/generated/"] },
  {
    files: ["**/*.{js,mjs,ts,tsx}"],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "ExportAllDeclaration", message: "No barrels: import a thing from the file that defines it." },
      ],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [hooks.configs.flat["recommended-latest"]],
    plugins: { bifrost: { rules: { layers } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "bifrost/layers": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  { files: ["src/**/*.tsx"], ignores: ["src/**/*.test.tsx"], rules: { "max-lines": ["error", { max: 200 }] } },
  { files: ["**/*.test.{ts,tsx,mjs}"], rules: { "max-lines": ["error", { max: 600 }] } },
  { files: ["scripts/**"], rules: { "no-console": "off" } },
);
