import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { json, renderApp, serve } from "@/test_support/render";
import { EditBoard } from "./EditBoard";

const PLAN = {
  new: [{ episode: null, sequence: "sq010", shot: "sh0010", shot_id: null, changes: { cut_in: { from: null, to: 1001 } } }],
  omitted: [],
  restored: [],
  trimmed: [],
  moved: [],
  renamed: [],
  retimed: [],
  unchanged: 3,
  unmatched: [{ clip: "title card", track: "V1", record_in: 0 }],
  clips: [
    { clip: "sq010_sh0010", track: "V1", record_in: 0, record_out: 48, sequence: "sq010", shot: "sh0010", changes: ["new"] },
    { clip: "title card", track: "V1", record_in: 48, record_out: 72, sequence: null, shot: null, changes: [] },
  ],
};

function choose(text: string): void {
  const file = new File([text], "reel.edl");
  fireEvent.change(screen.getByLabelText(/Choose an edit|reel/), { target: { files: [file] } });
}

beforeEach(() => {
  vi.restoreAllMocks();
});

describe("bringing in an edit", () => {
  it("plans first, and does it only when someone says so", async () => {
    const sent: URL[] = [];
    serve((_, url) => {
      if (url.pathname.endsWith("/cuts")) return json({ data: [] });
      sent.push(url);
      return json({ plan: PLAN, applied: url.searchParams.get("dry_run") === "false", cut: null });
    });
    renderApp(<EditBoard project="bar" mayUpdate />);
    await screen.findByText("None has come in yet.");
    choose("TITLE: x");
    await screen.findByRole("figure", { name: "Timeline of the edit" });
    expect(screen.getByText("1 new")).toBeTruthy();
    expect(screen.getByText(/title card/, { selector: "p" })).toBeTruthy();
    expect(screen.getByRole("rowheader", { name: "sq010/sh0010" })).toBeTruthy();
    expect(sent.map((url) => url.searchParams.get("dry_run"))).toEqual(["true"]);
    fireEvent.click(screen.getByRole("button", { name: "Bring it in" }));
    await waitFor(() => {
      expect(screen.queryByRole("figure")).toBeNull();
    });
    expect(sent.at(-1)?.searchParams.get("dry_run")).toBe("false");
    expect(sent.at(-1)?.searchParams.get("name")).toBe("reel.edl");
  });

  it("names every broken line", async () => {
    serve((_, url) =>
      url.pathname.endsWith("/cuts")
        ? json({ data: [] })
        : json({ title: "Invalid", detail: "The EDL has broken lines.", status: 422, errors: [{ pointer: "/line/7", detail: "ends before it begins" }] }, 422),
    );
    renderApp(<EditBoard project="bar" mayUpdate />);
    choose("nonsense");
    expect((await screen.findByRole("alert")).textContent).toContain("line 7");
    expect(screen.queryByRole("button", { name: "Bring it in" })).toBeNull();
  });

  it("only lists edits for who may not change shots", async () => {
    serve(() => json({ data: [{ id: "c", project_id: "p", owner_id: "o", owner_kind: "sequence", number: 1, name: "Reel", rate: "24", start_frame: 0, drop_frame: false, format: "edl", source_name: "reel.edl", is_current: false, created_at: "2026-01-01T00:00:00Z", created_by: null }] }));
    renderApp(<EditBoard project="bar" mayUpdate={false} />);
    await screen.findByText("reel.edl");
    expect(screen.queryByText("Choose an edit")).toBeNull();
    expect(screen.queryByRole("button", { name: "Go back to it" })).toBeNull();
    expect(screen.getByRole("link", { name: "Download reel.edl as otio" }).getAttribute("href")).toContain("cut_id=c");
  });
});
