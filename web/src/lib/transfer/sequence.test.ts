import { describe, expect, it } from "vitest";
import { groupSequences } from "./sequence";

const files = (...paths: string[]) => paths.map((path) => ({ path }));

describe("groupSequences", () => {
  it("takes the frames of a sequence as one thing, and tells which are missing", () => {
    const [sequence] = groupSequences(files("r/beauty.1003.exr", "r/beauty.1001.exr", "r/beauty.1004.exr"));
    expect(sequence).toMatchObject({ kind: "sequence", pattern: "r/beauty.%04d.exr", name: "beauty", first: 1001, last: 1004, missing: [1002] });
  });

  it("keeps different layers, folders and formats apart", () => {
    const groups = groupSequences(files("a/x.01.png", "a/x.02.png", "b/x.01.png", "b/x.02.png", "a/x.01.exr", "a/x.02.exr"));
    expect(groups).toHaveLength(3);
  });

  it("leaves single pictures, movies and versions alone", () => {
    const groups = groupSequences(files("wood_01.png", "take.1001.mov", "take.1002.mov", "kart_v002.blend", "readme.txt"));
    expect(groups.every(({ kind }) => kind === "single")).toBe(true);
    expect(groups).toHaveLength(5);
  });

  it("knows frames before zero and names that are numbers only", () => {
    expect(groupSequences(files("a.-0001.exr", "a.-0002.exr"))[0]).toMatchObject({ first: -2, last: -1 });
    expect(groupSequences(files("0001.png", "0002.png"))[0]).toMatchObject({ name: "frames", pattern: "%04d.png" });
  });
});
