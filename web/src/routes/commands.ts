import { fuzzyScore } from "@/lib/fuzzy";
import type { Binding } from "@/lib/keymap";

export interface Command {
  id: string;
  label: string;
  note: string;
  keys: string | undefined;
  run: () => void;
}

const AS_A_PRESS = { key: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, timeStamp: 0 };

/** What the palette offers for what was typed, best first: the acts of the registry, then the projects. */
export function commandsOf(
  bindings: readonly Binding[],
  projects: readonly { code: string; name: string }[],
  onProject: (code: string) => void,
  typed: string,
): Command[] {
  const acts = bindings
    .filter(({ keyOnly }) => keyOnly !== true)
    .map((binding): Command => ({
      id: binding.id,
      label: binding.label,
      note: "",
      keys: binding.keys[0],
      run: () => {
        binding.run(AS_A_PRESS);
      },
    }));
  const places = projects.map(({ code, name }): Command => ({
    id: `project:${code}`,
    label: name,
    note: "Project",
    keys: undefined,
    run: () => {
      onProject(code);
    },
  }));
  return [...acts, ...places]
    .map((command) => ({ command, score: fuzzyScore(`${command.label} ${command.note}`, typed) }))
    .filter((scored): scored is { command: Command; score: number } => scored.score !== undefined)
    .sort((a, b) => b.score - a.score)
    .slice(0, 40)
    .map(({ command }) => command);
}
