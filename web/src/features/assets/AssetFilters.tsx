import { useRef } from "react";
import { formatCount, formatTerm, plural } from "@/lib/format";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { Menu } from "@/ui/Menu";
import { TextFilter } from "@/ui/TextFilter";
import { useKeys } from "@/ui/keymap/use_keys";
import { AssetStatus, AssetType } from "./AssetTerms";
import { type AssetView, isFiltered } from "./asset_view";
import styles from "./assets.module.css";
import { ASSET_STATUSES, ASSET_TYPES, choices } from "./vocabulary";

interface FacetProps {
  title: string;
  shipped: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  icon: (item: string) => React.ReactNode;
}

function Facet({ title, shipped, chosen, onChange, icon }: FacetProps) {
  const toggled = (item: string) => (chosen.includes(item) ? chosen.filter((other) => other !== item) : [...chosen, item]);
  const [only] = chosen;
  const text = only === undefined ? title : chosen.length === 1 ? formatTerm(only) : `${title}: ${String(chosen.length)}`;
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
      items={choices(shipped, chosen).map((item) => ({
        id: item,
        label: formatTerm(item),
        icon: icon(item),
        checked: chosen.includes(item),
        onSelect: () => {
          onChange(toggled(item));
        },
      }))}
    />
  );
}

interface AssetFiltersProps {
  view: AssetView;
  onChange: (view: AssetView) => void;
  /** How many assets the filter leaves; undefined while that is not known. */
  count: number | undefined;
  exact: boolean;
}

export function AssetFilters({ view, onChange, count, exact }: AssetFiltersProps) {
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
        shipped={ASSET_TYPES}
        chosen={view.types}
        icon={(type) => <AssetType type={type} bare />}
        onChange={(types) => {
          onChange({ ...view, types });
        }}
      />
      <Facet
        title="Status"
        shipped={ASSET_STATUSES}
        chosen={view.statuses}
        icon={(status) => <AssetStatus status={status} bare />}
        onChange={(statuses) => {
          onChange({ ...view, statuses });
        }}
      />
      {isFiltered(view) && (
        <Button
          kind="quiet"
          icon="close"
          onClick={() => {
            onChange({ ...view, text: "", types: [], statuses: [] });
          }}
        >
          Clear
        </Button>
      )}
      <p className={styles.count} aria-live="polite">
        {count !== undefined && (exact ? plural(count, "asset") : `${formatCount(count)}+ assets`)}
      </p>
    </div>
  );
}
