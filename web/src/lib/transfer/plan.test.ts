import { describe, expect, it } from "vitest";
import { planDelivery } from "./plan";

const target = { projectId: "p", projectCode: "kart", asset: { id: "a", name: "A" }, product: "render", comment: "" };
const files = (...paths: string[]) => paths.map((path) => ({ path, file: new File(["x"], path) }));

describe("planDelivery", () => {
  it("makes one representation of one sequence", () => {
    const { delivery } = planDelivery(files("beauty.1001.exr", "beauty.1002.exr"), target);
    expect(delivery.representations).toEqual([{ name: "main", format: "exr", pattern: "beauty.%04d.exr", frames: "1001-1002" }]);
    expect(delivery.frameRange).toEqual({ first: 1001, last: 1002 });
    expect(delivery.files.map(({ frame, representation }) => [frame, representation])).toEqual([[1001, "main"], [1002, "main"]]);
  });

  it("gives several sequences names of their own next to single files", () => {
    const { delivery } = planDelivery(files("r/beauty.01.png", "r/beauty.02.png", "l/beauty.05.png", "l/beauty.09.png", "notes.txt"), target);
    expect(delivery.representations.map(({ name }) => name).sort()).toEqual(["beauty", "beauty_2"]);
    expect(delivery.frameRange).toEqual({ first: 1, last: 9 });
    expect(delivery.files.find(({ path }) => path === "notes.txt")?.representation).toBeUndefined();
  });
});
