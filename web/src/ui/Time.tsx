import { formatAge, formatDateTime } from "@/lib/format";
import { useNow } from "./use_now";

/** A moment as its age, with the exact local time as tooltip. */
export function Time({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatDateTime(at)}>
      {formatAge(at, now)}
    </time>
  );
}
