import { describe, expect, it } from "vitest";
import { isTransient, Problem, problemFrom, problemFromAnswer, sentenceOf } from "./problem";

describe("problemFromAnswer", () => {
  it("reads problem+json", () => {
    const problem = problemFromAnswer(422, new Headers(), {
      title: "Some fields are wrong",
      detail: "Two fields are wrong.",
      request_id: "r-1",
      errors: [{ pointer: "/code", detail: "A code begins with a letter or digit." }, { pointer: "/name" }, 7],
    });
    expect(problem).toMatchObject({ status: 422, title: "Some fields are wrong", requestId: "r-1" });
    expect(problem.errors).toHaveLength(2);
    expect(sentenceOf(problem)).toBe("Two fields are wrong. A code begins with a letter or digit.");
  });

  it("makes do with a proxy's page", () => {
    const problem = problemFromAnswer(502, new Headers({ "X-Request-Id": "r-2" }), "<html>Bad gateway</html>");
    expect(problem.title).toBe("The server behind the proxy did not answer");
    expect(problem.detail).toBe("");
    expect(problem.requestId).toBe("r-2");
    expect(isTransient(problem)).toBe(true);
  });

  it("says when to try again", () => {
    const problem = problemFromAnswer(429, new Headers({ "Retry-After": "7" }), undefined);
    expect(problem.retryAfter).toBe(7);
    expect(sentenceOf(problem)).toBe("Try again in 7 s.");
  });

  it("has a title for every status", () => {
    expect(problemFromAnswer(418, new Headers(), null).title).toBe("The request failed");
    expect(problemFromAnswer(599, new Headers(), null).title).toBe("The server failed");
  });
});

describe("problemFrom", () => {
  it("knows a broken network from a broken page", () => {
    const unreachable = problemFrom(new TypeError("Failed to fetch"));
    expect(unreachable.title).toBe("The server can't be reached");
    expect(isTransient(unreachable)).toBe(true);
    expect(problemFrom(new TypeError("x is undefined")).title).toBe("Something went wrong in this page");
    expect(problemFrom("odd").detail).toBe("odd");
  });

  it("leaves a problem as it is", () => {
    const problem = new Problem(404, "Not found", "", undefined);
    expect(problemFrom(problem)).toBe(problem);
    expect(isTransient(problem)).toBe(false);
  });
});
