import type { Column } from "@/ui/grid/Grid";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import type { AssetRow } from "./asset_table";
import { AssetThumbnail } from "./AssetThumbnail";
import styles from "./assets.module.css";
import type { Vocabulary } from "./use_vocabulary";

export function assetColumns({ typeName, stateOf }: Vocabulary): readonly Column<AssetRow>[] {
  return [
    {
      id: "name",
      title: "Name",
      min: 200,
      share: 3,
      sortField: "name",
      cell: (asset) => (
        <>
          <AssetThumbnail asset={asset} />
          <span className={styles.clip} dir="auto">
            {asset.name}
          </span>
        </>
      ),
    },
    {
      id: "code",
      title: "Code",
      min: 120,
      share: 2,
      sortField: "code",
      cell: (asset) => <span className={styles.code}>{asset.code}</span>,
    },
    { id: "type", title: "Type", min: 110, share: 0, sortField: "type", cell: (asset) => typeName(asset.type) },
    {
      id: "status",
      title: "Status",
      min: 124,
      share: 0,
      sortField: "status",
      cell: (asset) => <StateBadge code={asset.status} state={stateOf(asset.status)} />,
    },
    {
      id: "tags",
      title: "Tags",
      min: 100,
      share: 2,
      cell: (asset) => <span className={styles.tagLine}>{asset.tags.join(", ")}</span>,
    },
    {
      id: "updated_at",
      title: "Updated",
      min: 106,
      share: 0,
      sortField: "updated_at",
      cell: (asset) => (
        <span className={styles.dim}>
          <Time at={asset.updated_at} />
        </span>
      ),
    },
  ];
}
