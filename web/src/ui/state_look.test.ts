import { describe, expect, it } from "vitest";
import { stateLook } from "./state_look";

describe("stateLook", () => {
  it("gives what ships its own look, and others that of their category", () => {
    expect(stateLook("final", "done").icon).toBe("status-final");
    expect(stateLook("client_ok", "done").icon).toBe("status-approved");
    expect(stateLook("brand_new", undefined).icon).toBe("status-todo");
  });
});
