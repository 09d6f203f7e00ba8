import { describe, expect, it } from "vitest";
import type { Project } from "@/api/schema";
import { exactRate, matchingProjects, rateText } from "./project_view";

const project = (code: string, name: string) => ({ code, name }) as Project;

describe("projects", () => {
  it("are found by every word", () => {
    const all = [project("kart", "Super Kart"), project("short", "A Short")];
    expect(matchingProjects(all, "super ka").map(({ code }) => code)).toEqual(["kart"]);
    expect(matchingProjects(all, " ")).toHaveLength(2);
  });

  it("keep their rates exact", () => {
    expect(exactRate("23.976")).toBe("24000/1001");
    expect(exactRate("25")).toBe("25");
    expect(rateText("24000/1001")).toBe("23.976 fps");
    expect(rateText("odd")).toBe("odd");
  });
});
