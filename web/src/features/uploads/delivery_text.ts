import { formatBytes, formatVersion, plural } from "@/lib/format";
import { type Delivery, deliverySize, type TransferFile } from "@/lib/transfer/delivery";

export function titleOf({ target }: Delivery): string {
  return `${target.asset.name} · ${target.product}`;
}

const FILE_NOTES: Record<TransferFile["state"], string> = {
  waiting: "waiting",
  hashing: "reading",
  uploading: "uploading",
  verifying: "the server checks it",
  done: "arrived",
  paused: "paused",
  needs_file: "choose this file again",
  elsewhere: "another tab uploads it",
  failed: "not uploaded",
};

export function fileNote(file: TransferFile): string {
  return file.note ?? FILE_NOTES[file.state];
}

/** One sentence about where a delivery stands. */
export function deliveryNote(delivery: Delivery): string {
  const { total, arrived } = deliverySize(delivery);
  const lost = delivery.files.filter(({ state }) => state === "needs_file").length;
  const failed = delivery.files.filter(({ state }) => state === "failed").length;
  const elsewhere = delivery.files.filter(({ state }) => state === "elsewhere").length;
  const size = `${formatBytes(arrived)} of ${formatBytes(total)}`;
  switch (delivery.state) {
    case "published":
      return `Published as ${formatVersion(delivery.number)}`;
    case "publishing":
      return delivery.note ?? "All files have arrived; publishing";
    case "elsewhere":
      return "Goes on in another tab";
    case "failed":
      return delivery.error ?? (failed > 0 ? `${plural(failed, "file")} could not be uploaded` : "Stopped");
    case "paused":
      return lost > 0 ? `Choose ${plural(lost, "file")} again to go on: ${size} have arrived` : `Paused at ${size}`;
    case "sending": {
      const note = delivery.files.find(({ note: each }) => each !== undefined)?.note;
      if (note !== undefined) return note;
      if (elsewhere > 0 && elsewhere === delivery.files.filter(({ state }) => state !== "done").length) return "Another tab uploads the same file";
      const verifying = delivery.files.every(({ state }) => state === "done" || state === "verifying");
      return verifying ? "The server checks the files" : `${size}, ${plural(delivery.files.length, "file")}`;
    }
  }
}
