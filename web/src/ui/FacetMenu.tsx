import type { ReactNode } from "react";
import { formatCount } from "@/lib/format";
import { Icon } from "./icon/Icon";
import { Menu } from "./Menu";

interface FacetMenuProps {
  title: string;
  terms: readonly { code: string; name: string }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  icon?: (code: string) => ReactNode;
  counts: ReadonlyMap<string, number>;
}

/** A filter by some of a list of terms, each with how many there are of it. */
export function FacetMenu({ title, terms, chosen, onChange, icon, counts }: FacetMenuProps) {
  const known = new Set(terms.map(({ code }) => code));
  const all = [...terms.filter(({ code }) => counts.has(code) || chosen.includes(code)), ...chosen.filter((code) => !known.has(code)).map((code) => ({ code, name: code }))];
  const [only] = all.filter(({ code }) => chosen.includes(code));
  return (
    <Menu
      label={`${title} filter`}
      active={chosen.length > 0}
      stays
      button={
        <>
          {only === undefined ? title : chosen.length === 1 ? only.name : `${title}: ${String(chosen.length)}`}
          <Icon name="chevron-down" />
        </>
      }
      items={all.map(({ code, name }) => ({
        id: code,
        label: name,
        icon: icon?.(code),
        note: formatCount(counts.get(code) ?? 0),
        checked: chosen.includes(code),
        onSelect: () => {
          onChange(chosen.includes(code) ? chosen.filter((other) => other !== code) : [...chosen, code]);
        },
      }))}
    />
  );
}
