import { useEffect, useEffectEvent, useRef } from "react";
import { Button } from "./Button";

interface MoreButtonProps {
  has: boolean;
  loading: boolean;
  /** The last page failed: nothing is asked for until someone presses. */
  failed: boolean;
  onMore: () => void;
}

/** Loads the next page of a list when it comes into view, and on a press where that can't be seen. */
export function MoreButton({ has, loading, failed, onMore }: MoreButtonProps) {
  const ref = useRef<HTMLButtonElement>(null);
  const more = useEffectEvent(onMore);

  useEffect(() => {
    if (!has || loading || failed || ref.current === null || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) more();
    });
    observer.observe(ref.current);
    return () => {
      observer.disconnect();
    };
  }, [has, loading, failed]);

  if (!has) return null;
  return (
    <Button ref={ref} kind="quiet" onClick={onMore} disabled={loading}>
      {loading ? "Loading…" : "Show more"}
    </Button>
  );
}
