import { describe, expect, it, vi } from "vitest";
import { pictureUrl, spriteSheetOf } from "./sprite_sheets";

const MANIFEST = {
  sprites: { columns: 10, rows: 3, count: 24, step: 1, tile_width: 160, tile_height: 90 },
  outputs: [{ name: "proxy", url: "/p" }, { name: "sprites", url: "/s" }],
};

describe("spriteSheetOf", () => {
  it("finds the sheet beside the thumbnail, and asks once", async () => {
    const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(MANIFEST))));
    vi.stubGlobal("fetch", fetched);
    const both = await Promise.all([spriteSheetOf("/api/v1/media/a/1/thumbnail"), spriteSheetOf("/api/v1/media/a/1/thumbnail?width=320")]);
    expect(both[0]).toEqual({ url: "/s", columns: 10, rows: 3, count: 24, ratio: 160 / 90 });
    expect(both[1]).toBe(both[0]);
    expect(fetched).toHaveBeenCalledExactlyOnceWith("/api/v1/media/a/1/manifest", { credentials: "same-origin" });
  });

  it("answers nothing for a picture, and asks again after the network failed", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ outputs: [] }))));
    expect(await spriteSheetOf("/api/v1/media/b/1/thumbnail")).toBeUndefined();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
    expect(await spriteSheetOf("/api/v1/media/c/1/thumbnail")).toBeUndefined();
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(MANIFEST))));
    expect(await spriteSheetOf("/api/v1/media/c/1/thumbnail")).toBeDefined();
  });
});

describe("pictureUrl", () => {
  it("asks for a width", () => {
    expect(pictureUrl("/thumbnail", 320)).toBe("/thumbnail?width=320");
  });
});
