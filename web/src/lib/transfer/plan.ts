import { codeOf } from "../codes";
import type { Delivery, RepresentationPlan, Target, TransferFile } from "./delivery";
import { groupSequences } from "./sequence";

export interface Chosen {
  path: string;
  file: File;
  handle?: FileSystemFileHandle;
}

/** Makes a delivery of the files that someone chose; every image sequence becomes a representation of its own. */
export function planDelivery(chosen: readonly Chosen[], target: Target): { delivery: Delivery; sources: Map<string, Chosen> } {
  const sources = new Map<string, Chosen>();
  const files: TransferFile[] = [];
  const representations: RepresentationPlan[] = [];
  let frameRange: Delivery["frameRange"];
  const add = (item: Chosen, rest: Partial<TransferFile>) => {
    const id = crypto.randomUUID();
    sources.set(id, item);
    files.push({ id, path: item.path, size: item.file.size, modified: item.file.lastModified, state: "waiting", arrived: 0, ...rest });
  };
  const groups = groupSequences(chosen);
  const alone = groups.length === 1;
  const taken = new Set<string>(["main"]);
  for (const group of groups) {
    if (group.kind === "single") {
      add(group.item, {});
      continue;
    }
    let name = alone ? "main" : codeOf(group.name) || "frames";
    for (let number = 2; !alone && taken.has(name); number += 1) name = `${codeOf(group.name) || "frames"}_${String(number)}`;
    taken.add(name);
    representations.push({
      name,
      format: group.format,
      pattern: group.pattern,
      frames: `${String(group.first)}-${String(group.last)}`,
    });
    frameRange =
      frameRange === undefined
        ? { first: group.first, last: group.last }
        : { first: Math.min(frameRange.first, group.first), last: Math.max(frameRange.last, group.last) };
    for (const { frame, item } of group.frames) add(item, { representation: name, frame });
  }
  return {
    delivery: {
      id: crypto.randomUUID(),
      createdAt: Date.now(),
      target,
      ...(frameRange !== undefined && { frameRange }),
      representations,
      files,
      state: "sending",
    },
    sources,
  };
}
