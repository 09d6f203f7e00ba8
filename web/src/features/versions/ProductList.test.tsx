import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { json, renderApp, serve } from "@/test_support/render";
import { ProductList } from "./ProductList";

const version = (number: number | null, state: string) => ({
  id: `v-${String(number)}`,
  product_id: "p-1",
  number,
  state,
  status: "review",
  comment: number === 2 ? "Rounder wheels" : "",
  created_at: "2026-01-01T00:00:00Z",
  author: { id: "u-1", code: "mira", name: "Mira" },
  error: null,
  file_count: 1,
  total_size: 2048,
});

function answer(_: Request, url: URL): Response {
  switch (url.pathname) {
    case "/api/v1/assets/a-1/products":
      return json({
        data: [
          { id: "p-2", code: "look_dry", kind: "look", latest_number: null },
          { id: "p-1", code: "model", kind: "model", latest_number: 2 },
        ],
        next_cursor: null,
      });
    case "/api/v1/workflows":
      return json({ data: [{ states: [{ code: "review", name: "In review", colour: "#fff", category: "review" }] }] });
    case "/api/v1/products/p-1/versions":
      return json({ data: [version(2, "published"), version(null, "draft")], next_cursor: null });
    case "/api/v1/versions/v-2/files":
      return json({
        data: [
          {
            id: "f-1",
            path: "textures/wheel.png",
            role: "texture",
            size: 2048,
            sha256: "ab",
            media_type: "image/png",
            download_url: "/api/v1/files/f-1/download",
          },
        ],
        next_cursor: null,
      });
    default:
      return json({ data: [], next_cursor: null });
  }
}

describe("ProductList", () => {
  it("opens the latest version of the first product that has one, with its files", async () => {
    serve(answer);
    renderApp(<ProductList assetId="a-1" project="kart" opened={undefined} />);
    expect(await screen.findByText("Rounder wheels")).toBeTruthy();
    const link = await screen.findByRole("link", { name: /^Download .*wheel\.png/ });
    expect(link.getAttribute("href")).toBe("/api/v1/files/f-1/download");
    expect(link.getAttribute("download")).toBe("wheel.png");
    expect(link.textContent).toContain("2.0 KB");
    expect(await screen.findByText("In review")).toBeTruthy();
    expect(screen.getByText("Mira · 1 file, 2.0 KB")).toBeTruthy();
    expect(screen.getByText("Draft")).toBeTruthy();
    expect(screen.getByText("no version")).toBeTruthy();
  });

  it("opens what a link led to instead", async () => {
    serve(answer);
    renderApp(<ProductList assetId="a-1" project="kart" opened={{ productId: "p-1", versionId: "v-null" }} />);
    expect(await screen.findByRole("button", { name: /draft/, expanded: true })).toBeTruthy();
    expect(screen.getByRole("button", { name: /v002.*In review|v002.*Review/, expanded: false })).toBeTruthy();
  });

  it("loads the versions of a product when it is opened", async () => {
    const requests = serve(answer);
    renderApp(<ProductList assetId="a-1" project="kart" opened={undefined} />);
    await screen.findByText("Rounder wheels");
    expect(requests.some(({ url }) => url.includes("/products/p-2/"))).toBe(false);
    fireEvent.click(screen.getByRole("button", { name: /look_dry/ }));
    expect(await screen.findByText("No version yet.")).toBeTruthy();
  });
});
