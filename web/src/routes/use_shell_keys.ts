import { useNavigate } from "@tanstack/react-router";
import { toasts } from "@/lib/toasts";
import { undoStack } from "@/lib/undo";
import { useKeys } from "@/ui/keymap/use_keys";
import { showProblem } from "@/ui/problem_toast";

/** The keys that lead to pages: G and a letter. Those of a project do nothing where none is open. */
export function useShellKeys(code: string | undefined): void {
  const navigate = useNavigate();
  useKeys([
    {
      id: "go.home",
      context: "global",
      keys: ["g h"],
      label: "Go to the start",
      run: () => (void navigate({ to: "/" }), true),
    },
    {
      id: "go.projects",
      context: "global",
      keys: ["g p"],
      label: "Go to the projects",
      run: () => (void navigate({ to: "/projects" }), true),
    },
    {
      id: "go.assets",
      context: "global",
      keys: ["g a"],
      label: "Go to the assets",
      run: () => {
        if (code !== undefined) void navigate({ to: "/p/$code/assets", params: { code } });
        return true;
      },
    },
    ...(["shots", "breakdown", "edits"] as const).map((page) => ({
      id: `go.${page}`,
      context: "global" as const,
      keys: [`g ${page.charAt(0)}`],
      label: `Go to the ${page}`,
      run: () => {
        if (code !== undefined) void navigate({ to: `/p/$code/${page}` as const, params: { code } });
        return true;
      },
    })),
    {
      id: "go.jobs",
      context: "global",
      keys: ["g j"],
      label: "Go to the jobs",
      run: () => {
        void (code === undefined ? navigate({ to: "/jobs" }) : navigate({ to: "/p/$code/jobs", params: { code } }));
        return true;
      },
    },
    {
      id: "go.folders",
      context: "global",
      keys: ["g f"],
      label: "Go to the folders",
      run: () => {
        if (code !== undefined) void navigate({ to: "/p/$code/folders", params: { code } });
        return true;
      },
    },
    {
      id: "go.account",
      context: "global",
      keys: [],
      label: "Go to your account",
      run: () => (void navigate({ to: "/me" }), true),
    },
    {
      id: "edit.undo",
      context: "global",
      keys: ["Mod+z"],
      label: "Undo the last change",
      run: () => {
        undoStack.undo().then(
          (step) => toasts.show({ tone: "info", text: step === undefined ? "There is nothing to undo." : `Undone: ${step.label}` }),
          (error: unknown) => {
            showProblem(error);
          },
        );
        return true;
      },
    },
    {
      id: "link.copy",
      context: "global",
      keys: ["y"],
      label: "Copy the link to what is shown",
      run: () => (void navigator.clipboard.writeText(window.location.href), true),
    },
  ]);
}
