import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Preview } from "./preview_types";

/** Previews are no event of the log: what shows them elsewhere is read again when those that were waited for are there. */
export function useWhenMade(versionId: string, previews: readonly Preview[] | undefined): void {
  const queryClient = useQueryClient();
  const waited = useRef(false);
  const pending = previews?.some(({ state }) => state === "pending") === true;
  useEffect(() => {
    if (pending) waited.current = true;
    else if (waited.current) {
      waited.current = false;
      void queryClient.invalidateQueries({ queryKey: ["version", versionId] });
      void queryClient.invalidateQueries({ queryKey: ["versions"] });
      void queryClient.invalidateQueries({ queryKey: ["newest-version"] });
    }
  }, [pending, queryClient, versionId]);
}
