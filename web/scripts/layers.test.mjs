import { RuleTester } from "eslint";
import { describe, it } from "vitest";
import { layers } from "./layers.mjs";

RuleTester.describe = describe;
RuleTester.it = it;

const at = (file, code) => ({ code, filename: `/bifrost/web/src/${file}` });

new RuleTester().run("layers", layers, {
  valid: [
    at("routes/assets.tsx", 'import { a } from "@/features/assets/AssetTable";'),
    at("features/assets/AssetTable.tsx", 'import { a } from "@/ui/grid/Grid"; import { b } from "./queries";'),
    at("features/assets/AssetTable.tsx", 'import { c } from "@/api/client"; import { useState } from "react";'),
    at("ui/Button.tsx", 'import { a } from "@/lib/format";'),
    at("ui/Menu.test.tsx", 'import { a } from "@/test_support/render";'),
    at("main.tsx", 'import { a } from "@/routes/router";'),
  ],
  invalid: [
    { ...at("features/assets/AssetTable.tsx", 'import { a } from "@/features/versions/Files";'), errors: [{ messageId: "feature" }] },
    { ...at("features/assets/AssetTable.tsx", 'import { a } from "../versions/Files";'), errors: [{ messageId: "feature" }] },
    { ...at("features/assets/AssetTable.tsx", 'const a = () => import("@/routes/home");'), errors: [{ messageId: "arrow" }] },
    { ...at("ui/Button.tsx", 'import { a } from "@/api/client";'), errors: [{ messageId: "arrow" }] },
    { ...at("ui/Menu.tsx", 'import { a } from "@/test_support/render";'), errors: [{ messageId: "arrow" }] },
    { ...at("lib/format.ts", 'export * from "../ui/Button";'), errors: [{ messageId: "arrow" }] },
    { ...at("api/client.ts", 'import { a } from "@/features/session/session";'), errors: [{ messageId: "arrow" }] },
  ],
});
