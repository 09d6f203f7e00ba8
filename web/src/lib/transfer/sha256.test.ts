import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Sha256 } from "./sha256";

const reference = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31 + 7) % 256);

describe("Sha256", () => {
  it("is the same as the library's for every length around a block", () => {
    for (let length = 0; length <= 200; length += 1) {
      const bytes = bytesOf(length);
      expect(new Sha256().update(bytes).hex()).toBe(reference(bytes));
    }
  });

  it("doesn't care in which pieces the bytes come", () => {
    const bytes = bytesOf(10_000);
    for (const piece of [1, 63, 64, 65, 1000]) {
      const hash = new Sha256();
      for (let at = 0; at < bytes.length; at += piece) hash.update(bytes.subarray(at, at + piece));
      expect(hash.hex()).toBe(reference(bytes));
    }
  });
});
