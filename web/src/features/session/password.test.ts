import { describe, expect, it } from "vitest";
import { passwordFault } from "./password";

describe("passwordFault", () => {
  it("wants a length and the same twice", () => {
    expect(passwordFault("short", "short")?.field).toBe("password");
    expect(passwordFault("long enough", "long enougH")?.field).toBe("repeated");
    expect(passwordFault("long enough", "long enough")).toBeUndefined();
  });
});
