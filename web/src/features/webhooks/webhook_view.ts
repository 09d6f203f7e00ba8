// What the page says of webhooks and deliveries.
import type { Delivery, Webhook } from "@/api/schema";
import type { Hue } from "@/ui/Badge";

interface Look {
  icon: string;
  hue: Hue;
  label: string;
}

export const HOOK_LOOKS: Record<Webhook["state"], Look> = {
  enabled: { icon: "status-approved", hue: "green", label: "Enabled" },
  paused: { icon: "pause", hue: "grey", label: "Paused" },
  disabled: { icon: "warning", hue: "red", label: "Disabled" },
};

export const DELIVERY_LOOKS: Record<Delivery["state"], Look> = {
  waiting: { icon: "status-wip", hue: "blue", label: "Waiting" },
  delivered: { icon: "status-approved", hue: "green", label: "Delivered" },
  failed: { icon: "warning", hue: "red", label: "Failed" },
};

/** "asset, version.published" as a list; spaces and commas part them. */
export function eventsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== "");
}

export function eventsText(events: readonly string[]): string {
  return events.length === 0 ? "everything" : events.join(", ");
}

/** What stands behind a delivery's state. */
export function deliveryNote(delivery: Pick<Delivery, "state" | "attempts" | "error" | "status">): string {
  if (delivery.state === "delivered") return delivery.attempts > 1 ? `after ${String(delivery.attempts)} attempts` : "";
  if (delivery.error !== null) return delivery.error;
  return delivery.status === null ? "" : `answered ${String(delivery.status)}`;
}
