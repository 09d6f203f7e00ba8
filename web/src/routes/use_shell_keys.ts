import { useNavigate } from "@tanstack/react-router";
import { toasts } from "@/lib/toasts";
import { undoStack } from "@/lib/undo";
import { useKeys } from "@/ui/keymap/use_keys";
import { showProblem } from "@/ui/problem_toast";

/** The keys that lead to pages: G and a letter. Those of a project do nothing where none is open. */
export function useShellKeys(code: string | undefined): void {
  const navigate = useNavigate();
  const toPage = (to: "/p/$code/assets" | "/p/$code/shots" | "/p/$code/breakdown" | "/p/$code/edits" | "/p/$code/folders") => {
    if (code !== undefined) void navigate({ to, params: { code } });
    return true;
  };
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
      run: () => toPage("/p/$code/assets"),
    },
    {
      id: "go.shots",
      context: "global",
      keys: ["g s"],
      label: "Go to the shots",
      run: () => toPage("/p/$code/shots"),
    },
    {
      id: "go.breakdown",
      context: "global",
      keys: ["g b"],
      label: "Go to the breakdown",
      run: () => toPage("/p/$code/breakdown"),
    },
    {
      id: "go.edits",
      context: "global",
      keys: ["g e"],
      label: "Go to the edits",
      run: () => toPage("/p/$code/edits"),
    },
    {
      id: "go.folders",
      context: "global",
      keys: ["g f"],
      label: "Go to the folders",
      run: () => toPage("/p/$code/folders"),
    },
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
