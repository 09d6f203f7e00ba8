import type { Product } from "@/api/schema";
import { formatVersion } from "@/lib/format";

export function latestLabel(latest: Product["latest_version"]): string {
  return latest === null ? "no version" : formatVersion(latest.number);
}
