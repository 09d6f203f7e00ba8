import { createContext, useContext, useEffect, useEffectEvent } from "react";
import { type Binding, Keymap } from "@/lib/keymap";

export const KeymapContext = createContext<Keymap>(new Keymap());

/** Registers bindings while the component is on the page. What they run is always that of the last render. */
export function useKeys(bindings: readonly Binding[]): void {
  const keymap = useContext(KeymapContext);
  const run = useEffectEvent<(id: string, press: Parameters<Binding["run"]>[0]) => boolean | undefined>((id, press) =>
    bindings.find((binding) => binding.id === id)?.run(press),
  );
  const shape = JSON.stringify(bindings.map(({ id, context, keys, label, keyOnly, fixed }) => ({ id, context, keys, label, keyOnly, fixed })));

  useEffect(() => {
    const shapes = JSON.parse(shape) as Omit<Binding, "run">[];
    const removals = shapes.map((binding) => keymap.register({ ...binding, run: (press) => run(binding.id, press) }));
    return () => {
      for (const remove of removals) remove();
    };
  }, [keymap, shape]);
}
