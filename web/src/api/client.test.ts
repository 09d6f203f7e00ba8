import { afterEach, describe, expect, it, vi } from "vitest";
import { sessionGate } from "@/lib/session_gate";
import { answerOf, client } from "./client";

const problem = () => new Response(JSON.stringify({ title: "Unauthorized", status: 401 }), { status: 401 });

afterEach(() => {
  sessionGate.disarm();
});

describe("client", () => {
  it("sends a write again, body and all, once someone has signed in again", async () => {
    vi.stubGlobal("document", { cookie: "bifrost_csrf=new" });
    vi.stubGlobal("location", new URL("http://localhost/"));
    const bodies: string[] = [];
    const tokens: (string | null)[] = [];
    let session = false;
    vi.stubGlobal("fetch", async (request: Request) => {
      bodies.push(await request.text());
      tokens.push(request.headers.get("X-CSRF-Token"));
      return session ? new Response(JSON.stringify({ id: "1" }), { status: 201 }) : problem();
    });
    sessionGate.arm();
    const call = answerOf(
      client.POST("/api/v1/projects", { baseUrl: "http://localhost", body: { code: "kart", name: "Kart" } }),
    );
    await vi.waitFor(() => {
      expect(sessionGate.isExpired()).toBe(true);
    });
    session = true;
    sessionGate.signedInAgain();
    expect(await call).toEqual({ id: "1" });
    expect(bodies[1]).toBe(bodies[0]);
    expect(JSON.parse(bodies[1] ?? "")).toEqual({ code: "kart", name: "Kart" });
    expect(tokens[1]).toBe("new");
  });

  it("does not wait for a sign-in that was refused itself", async () => {
    vi.stubGlobal("document", { cookie: "" });
    vi.stubGlobal("fetch", () => Promise.resolve(problem()));
    sessionGate.arm();
    const call = client.POST("/api/v1/auth/login", { baseUrl: "http://localhost", body: { login: "a", password: "b" } });
    await expect(answerOf(call)).rejects.toMatchObject({ status: 401 });
  });
});
