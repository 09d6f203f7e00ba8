import { describe, expect, it } from "vitest";
import { formatAge, formatBytes, formatTerm, formatVersion, plural } from "./format";

describe("formats", () => {
  it("sizes", () => {
    expect(formatBytes(0)).toBe("0 B");
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(1000)).toBe("1.0 KB");
    expect(formatBytes(999_499)).toBe("999 KB");
    expect(formatBytes(999_500)).toBe("1.0 MB");
    expect(formatBytes(5_368_709_120)).toBe("5.4 GB");
  });

  it("versions", () => {
    expect(formatVersion(3)).toBe("v003");
    expect(formatVersion(1234)).toBe("v1234");
    expect(formatVersion(null)).toBe("draft");
  });

  it("ages", () => {
    const now = Date.parse("2026-03-09T12:00:00Z");
    expect(formatAge("2026-03-09T11:59:30Z", now)).toBe("just now");
    expect(formatAge("2026-03-09T12:00:30Z", now)).toBe("just now");
    expect(formatAge("2026-03-09T11:15:00Z", now)).toBe("45 min ago");
    expect(formatAge("2026-03-09T02:00:00Z", now)).toBe("10 h ago");
    expect(formatAge("2026-03-04T12:00:00Z", now)).toBe("5 d ago");
    expect(formatAge("2026-01-15T12:00:00Z", now)).toBe("2026-01-15");
    expect(formatAge("not a time", now)).toBe("not a time");
  });

  it("terms and counts", () => {
    expect(formatTerm("set_piece")).toBe("Set piece");
    expect(formatTerm("fx")).toBe("FX");
    expect(plural(1, "asset")).toBe("1 asset");
    expect(plural(12_345, "asset")).toBe("12,345 assets");
  });
});
