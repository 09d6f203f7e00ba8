import { describe, expect, it } from "vitest";
import { SessionGate } from "./session_gate";

describe("SessionGate", () => {
  it("refuses at once while nobody was signed in", async () => {
    expect(await new SessionGate().expired()).toBe(false);
  });

  it("lets everything that waits go on after one sign-in", async () => {
    const gate = new SessionGate();
    gate.arm();
    const requests = [gate.expired(), gate.expired()];
    expect(gate.isExpired()).toBe(true);
    gate.signedInAgain();
    expect(await Promise.all(requests)).toEqual([true, true]);
    expect(gate.isExpired()).toBe(false);
  });

  it("refuses what waits when someone else signs in", async () => {
    const gate = new SessionGate();
    gate.arm();
    const request = gate.expired();
    gate.disarm();
    expect(await request).toBe(false);
  });
});
