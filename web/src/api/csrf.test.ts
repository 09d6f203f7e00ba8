import { describe, expect, it } from "vitest";
import { csrfToken, withCsrf } from "./csrf";

describe("csrfToken", () => {
  it("reads the cookie of http and, first, that of https", () => {
    expect(csrfToken("a=1; bifrost_csrf=t%2B1")).toBe("t+1");
    expect(csrfToken("bifrost_csrf=forged; __Host-bifrost_csrf=real")).toBe("real");
    expect(csrfToken("xbifrost_csrf=no; bifrost_csrf=")).toBeUndefined();
    expect(csrfToken("")).toBeUndefined();
  });
});

describe("withCsrf", () => {
  const request = (method: string) => new Request("http://localhost/api/v1/me", { method });

  it("goes with every unsafe request and no other", () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect(withCsrf(request(method), "bifrost_csrf=t").headers.get("X-CSRF-Token")).toBe("t");
    }
    expect(withCsrf(request("GET"), "bifrost_csrf=t").headers.has("X-CSRF-Token")).toBe(false);
    expect(withCsrf(request("POST"), "").headers.has("X-CSRF-Token")).toBe(false);
  });
});
