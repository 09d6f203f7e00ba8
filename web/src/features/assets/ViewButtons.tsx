import { IconButton } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { useKeyNames } from "@/ui/keymap/use_key_names";
import { useKeys } from "@/ui/keymap/use_keys";
import { Menu } from "@/ui/Menu";
import type { AssetView } from "./asset_view";
import styles from "./assets.module.css";

const ORDERS = [
  { field: "name", name: "Name" },
  { field: "code", name: "Code" },
  { field: "type", name: "Type" },
  { field: "status", name: "Status" },
  { field: "updated_at", name: "Updated" },
  { field: "created_at", name: "Created" },
] as const;

const SIZES = ["Small", "Medium", "Large"];

interface ViewButtonsProps {
  view: AssetView;
  onChange: (view: AssetView) => void;
}

/** Table or tiles, how large, and in which order where there are no heads to press. */
export function ViewButtons({ view, onChange }: ViewButtonsProps) {
  const key = view.sort[0] ?? { field: "name", descending: false };
  const layout = (tiles: boolean) => () => {
    onChange({ ...view, tiles });
    return true;
  };
  const tableKey = useKeyNames("assets.table");
  const tilesKey = useKeyNames("assets.tiles");
  useKeys([
    { id: "assets.table", context: "page", keys: ["1"], label: "Show as a table", run: layout(false) },
    { id: "assets.tiles", context: "page", keys: ["2"], label: "Show as tiles", run: layout(true) },
    {
      id: "assets.size",
      context: "page",
      keys: ["-", "="],
      label: "Smaller, larger tiles",
      fixed: true,
      keyOnly: true,
      run: ({ key: pressed }) => {
        if (!view.tiles) return false;
        onChange({ ...view, size: Math.min(3, Math.max(1, view.size + (pressed === "-" ? -1 : 1))) });
        return true;
      },
    },
  ]);
  return (
    <div className={styles.viewButtons}>
      {view.tiles && (
        <>
          <Menu
            label="Order"
            align="end"
            stays
            button={
              <>
                <Icon name={key.descending ? "arrow-down" : "arrow-up"} />
                {ORDERS.find(({ field }) => field === key.field)?.name}
              </>
            }
            items={ORDERS.map(({ field, name }) => ({
              id: field,
              label: name,
              checked: field === key.field,
              note: field === key.field ? (key.descending ? "descending" : "ascending") : "",
              onSelect: () => {
                onChange({ ...view, sort: [{ field, descending: field === key.field && !key.descending }] });
              },
            }))}
          />
          <Menu
            label="Size of the tiles"
            align="end"
            button={SIZES[view.size - 1]}
            items={SIZES.map((name, index) => ({
              id: name,
              label: name,
              checked: index + 1 === view.size,
              onSelect: () => {
                onChange({ ...view, size: index + 1 });
              },
            }))}
          />
        </>
      )}
      <IconButton icon="view-table" label="Show as a table" hint={tableKey} aria-pressed={!view.tiles} onClick={layout(false)} />
      <IconButton icon="view-tiles" label="Show as tiles" hint={tilesKey} aria-pressed={view.tiles} onClick={layout(true)} />
    </div>
  );
}
