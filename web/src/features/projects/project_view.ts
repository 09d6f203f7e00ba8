import type { Project } from "@/api/schema";

// What the page of projects shows, as it stands in the address.

export interface ProjectSearch {
  q?: string;
  view?: "table";
  create?: "1";
}

/** The projects whose name or code holds every word that was typed. */
export function matchingProjects(projects: readonly Project[], text: string): Project[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return projects.filter(({ name, code }) => {
    const within = `${name} ${code}`.toLowerCase();
    return words.every((word) => within.includes(word));
  });
}

/** A rate as people say it: `24000/1001` is 23.976. */
export function rateText(fps: string): string {
  const [count, seconds = "1"] = fps.split("/");
  const rate = Number(count) / Number(seconds);
  return Number.isFinite(rate) ? `${String(Math.round(rate * 1000) / 1000)} fps` : fps;
}

export const RATES = ["23.976", "24", "25", "29.97", "30", "48", "50", "59.94", "60"];
const EXACT: Record<string, string> = { "23.976": "24000/1001", "29.97": "30000/1001", "59.94": "60000/1001" };

/** The exact fraction behind a rate that people choose by its rounded name. */
export function exactRate(rate: string): string {
  return EXACT[rate] ?? rate;
}

/** The hue of a project's mark, always the same for the same project. */
export function hueOf(code: string): number {
  let hash = 0;
  for (const letter of code) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return hash;
}
