import { useState } from "react";
import { toasts } from "@/lib/toasts";
import { undoStack } from "@/lib/undo";
import { showProblem } from "@/ui/problem_toast";
import { type BulkChange, BulkRefused } from "./bulk";

/** Runs changes of many assets one at a time: says what was done and how to undo it, or who stood in the way. */
export function useBulk() {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<BulkRefused>();

  const run = async (change: () => Promise<BulkChange>): Promise<boolean> => {
    setBusy(true);
    try {
      const { done, undo } = await change();
      const step = { label: done, undo };
      undoStack.push(step);
      toasts.show({
        tone: "ok",
        text: done,
        act: {
          label: "Undo",
          run: () => {
            undoStack.remove(step);
            undo().then(
              () => toasts.show({ tone: "info", text: `Undone: ${done}` }),
              (error: unknown) => {
                showProblem(error);
              },
            );
          },
        },
      });
      return true;
    } catch (error) {
      if (error instanceof BulkRefused) setRefused(error);
      else showProblem(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    run,
    refused,
    forget: () => {
      setRefused(undefined);
    },
  };
}
