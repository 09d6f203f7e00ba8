import { type ReactNode, useEffect } from "react";
import { keyScopeOf } from "@/lib/key_scope";
import type { Keymap } from "@/lib/keymap";
import { KeymapContext } from "./use_keys";

interface KeymapProviderProps {
  keymap: Keymap;
  children: ReactNode;
}

/** The only listener for keys of the whole page. */
export function KeymapProvider({ keymap, children }: KeymapProviderProps) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (keymap.handle(event, keyScopeOf(event.target))) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
    };
  }, [keymap]);

  return <KeymapContext value={keymap}>{children}</KeymapContext>;
}
