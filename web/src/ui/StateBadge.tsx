import { formatTerm } from "@/lib/format";
import { Badge } from "./Badge";
import { type Category, stateLook } from "./state_look";

interface StateBadgeProps {
  code: string;
  /** The state as its workflow describes it, once that is known. */
  state: { name: string; category: Category } | undefined;
  /** The shape alone, where the label stands next to it. */
  bare?: boolean;
}

export function StateBadge({ code, state, bare = false }: StateBadgeProps) {
  const { icon, hue, struck = false } = stateLook(code, state?.category);
  return <Badge icon={icon} hue={hue} struck={struck} label={bare ? "" : (state?.name ?? formatTerm(code))} />;
}
