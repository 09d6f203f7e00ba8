import { describe, expect, it, vi } from "vitest";
import { commandsOf } from "./commands";

const bindings = [
  { id: "grid.step", context: "grid", keys: ["ArrowUp"], label: "Previous row", keyOnly: true, run: () => true },
  { id: "go.jobs", context: "global", keys: ["g j"], label: "Go to the jobs", run: vi.fn() },
] as const;

describe("commandsOf", () => {
  it("offers acts with a name and projects, and leaves out what is only a key", () => {
    const all = commandsOf(bindings, [{ code: "kart", name: "Super Kart" }], vi.fn(), "");
    expect(all.map(({ id }) => id)).toEqual(["go.jobs", "project:kart"]);
  });

  it("runs what was chosen", () => {
    const onProject = vi.fn();
    const [first] = commandsOf(bindings, [{ code: "kart", name: "Super Kart" }], onProject, "kart");
    first?.run();
    expect(onProject).toHaveBeenCalledWith("kart");
    commandsOf(bindings, [], onProject, "jobs")[0]?.run();
    expect(bindings[1].run).toHaveBeenCalled();
  });
});
