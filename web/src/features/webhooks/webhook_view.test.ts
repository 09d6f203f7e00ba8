import { describe, expect, it } from "vitest";
import { deliveryNote, eventsOf, eventsText } from "./webhook_view";

describe("webhooks", () => {
  it("part events by commas, spaces and lines", () => {
    expect(eventsOf(" asset,  version.published\nshot ")).toEqual(["asset", "version.published", "shot"]);
    expect(eventsOf("  ")).toEqual([]);
  });

  it("say what none means", () => {
    expect(eventsText([])).toBe("everything");
    expect(eventsText(["asset", "shot"])).toBe("asset, shot");
  });

  it("tell why a delivery has not come through", () => {
    expect(deliveryNote({ state: "delivered", attempts: 1, error: null, status: 200 })).toBe("");
    expect(deliveryNote({ state: "delivered", attempts: 3, error: null, status: 200 })).toBe("after 3 attempts");
    expect(deliveryNote({ state: "waiting", attempts: 1, error: "The answer was 500.", status: 500 })).toBe("The answer was 500.");
    expect(deliveryNote({ state: "waiting", attempts: 0, error: null, status: null })).toBe("");
  });
});
