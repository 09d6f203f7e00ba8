import { type ReactNode, useRef } from "react";
import { formatCount, plural } from "@/lib/format";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { Menu } from "@/ui/Menu";
import { StateBadge } from "@/ui/StateBadge";
import { TextFilter } from "@/ui/TextFilter";
import { useKeys } from "@/ui/keymap/use_keys";
import type { Facets } from "./asset_filter";
import { type AssetView, isFiltered, unfiltered } from "./asset_view";
import styles from "./assets.module.css";
import type { Vocabulary } from "./use_vocabulary";
import { choices, type Term, typeIcon } from "./vocabulary";

interface FacetProps {
  title: string;
  terms: readonly Term[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  icon?: (code: string) => ReactNode;
  counts: ReadonlyMap<string, number>;
}

function Facet({ title, terms, chosen, onChange, icon, counts }: FacetProps) {
  const toggled = (item: string) => (chosen.includes(item) ? chosen.filter((other) => other !== item) : [...chosen, item]);
  const all = choices(terms, chosen);
  const [only] = all.filter(({ code }) => chosen.includes(code));
  const text = only === undefined ? title : chosen.length === 1 ? only.name : `${title}: ${String(chosen.length)}`;
  return (
    <Menu
      label={`${title} filter`}
      active={chosen.length > 0}
      stays
      button={
        <>
          {text}
          <Icon name="chevron-down" />
        </>
      }
      items={all.map(({ code, name }) => ({
        id: code,
        label: name,
        icon: icon?.(code),
        note: counts.has(code) ? formatCount(counts.get(code) ?? 0) : "",
        checked: chosen.includes(code),
        onSelect: () => {
          onChange(toggled(code));
        },
      }))}
    />
  );
}

interface AssetFiltersProps {
  view: AssetView;
  vocabulary: Vocabulary;
  facets: Facets;
  onChange: (view: AssetView) => void;
  /** How many assets the filter leaves; undefined while that is not known. */
  count: number | undefined;
  /** How many there are without a filter. */
  all: number;
  /** What else stands at the end of the bar. */
  children?: ReactNode;
}

export function AssetFilters({ view, vocabulary, facets, onChange, count, all, children }: AssetFiltersProps) {
  const text = useRef<HTMLInputElement>(null);
  useKeys([
    {
      id: "assets.filter",
      context: "page",
      keys: ["f"],
      label: "Filter by text",
      run: () => {
        text.current?.focus();
        return true;
      },
    },
  ]);
  return (
    <div className={styles.filters} role="search" aria-label="Filter the assets">
      <TextFilter
        ref={text}
        label="Filter by text"
        value={view.text}
        onChange={(value) => {
          onChange({ ...view, text: value });
        }}
      />
      <Facet
        title="Type"
        terms={vocabulary.types}
        chosen={view.types}
        counts={facets.types}
        icon={(type) => <Icon name={typeIcon(type)} />}
        onChange={(types) => {
          onChange({ ...view, types });
        }}
      />
      <Facet
        title="Status"
        terms={vocabulary.states}
        chosen={view.statuses}
        counts={facets.statuses}
        icon={(status) => <StateBadge code={status} state={vocabulary.stateOf(status)} bare />}
        onChange={(statuses) => {
          onChange({ ...view, statuses });
        }}
      />
      {(facets.tags.size > 0 || view.tags.length > 0) && (
        <Facet
          title="Tags"
          terms={[...facets.tags.keys()].sort((a, b) => a.localeCompare(b)).map((code) => ({ code, name: code }))}
          chosen={view.tags}
          counts={facets.tags}
          onChange={(tags) => {
            onChange({ ...view, tags });
          }}
        />
      )}
      {isFiltered(view) && (
        <Button
          kind="quiet"
          icon="close"
          onClick={() => {
            onChange(unfiltered(view));
          }}
        >
          Clear
        </Button>
      )}
      <p className={styles.count} aria-live="polite">
        {count !== undefined && (count === all ? plural(count, "asset") : `${formatCount(count)} of ${plural(all, "asset")}`)}
      </p>
      {children}
    </div>
  );
}
