// ESLint rule that holds the arrows between the folders of src/:
// routes → features → ui → lib, features → api → lib, and no feature imports another.
import path from "node:path";

const ARROWS = {
  routes: ["routes", "features", "ui", "lib", "api"],
  features: ["ui", "lib", "api"],
  api: ["api", "lib"],
  ui: ["ui", "lib"],
  lib: ["lib"],
};

// What only tests use stands outside the arrows.
const TEST = /\.test\.tsx?$/;
const TEST_SUPPORT = "test_support";

/** The place of a file under src/: its layer and, for features, the noun. */
function placeOf(file) {
  const parts = file.split(path.sep).join("/").split("/src/");
  if (parts.length < 2) return undefined;
  const [layer, noun, ...rest] = parts.at(-1).split("/");
  if (noun === undefined) return { layer: "main" };
  return layer === "features" && rest.length > 0 ? { layer, noun } : { layer };
}

function targetOf(source, importer) {
  if (source.startsWith("@/")) return `/src/${source.slice(2)}`;
  if (source.startsWith(".")) return path.resolve(path.dirname(importer), source);
  return undefined;
}

export const layers = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      arrow: "{{from}} must not import {{to}}: the arrows are routes → features → ui → lib and features → api.",
      feature: "A feature must not import another feature ({{from}} → {{to}}): compose them in a route.",
    },
  },
  create(context) {
    const from = placeOf(context.filename);
    if (from === undefined || from.layer === "main" || from.layer === TEST_SUPPORT) return {};

    const check = (node, source) => {
      if (typeof source?.value !== "string") return;
      const target = targetOf(source.value, context.filename);
      const to = target === undefined ? undefined : placeOf(target);
      if (to === undefined || (to.layer === TEST_SUPPORT && TEST.test(context.filename))) return;
      if (from.layer === "features" && to.layer === "features") {
        if (from.noun !== to.noun) {
          context.report({ node, messageId: "feature", data: { from: from.noun, to: to.noun ?? "features" } });
        }
        return;
      }
      if (!(ARROWS[from.layer] ?? []).includes(to.layer)) {
        context.report({ node, messageId: "arrow", data: { from: from.layer, to: to.layer } });
      }
    };

    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
    };
  },
};
