import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { formatVersion } from "@/lib/format";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Icon } from "@/ui/icon/Icon";
import { Skeleton } from "@/ui/Skeleton";
import { shotCastQuery } from "./shot_queries";
import styles from "./shots.module.css";

interface CastingPaneProps {
  shotId: string;
  assetLink: (assetId: string, projectId: string, children: ReactNode) => ReactNode;
}

/** Who plays in a shot, how often, and which versions that means today. */
export function CastingPane({ shotId, assetLink }: CastingPaneProps) {
  const { data, error, refetch } = useQuery(shotCastQuery(shotId));
  if (error !== null) return <ErrorState large error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton width="60%" height={120} />;
  const rows = data.resolved.data;
  if (rows.length === 0) return <EmptyState icon="assets" title="Nobody plays here yet" cause="Cast assets in the breakdown, or with “bifrost shot cast”." />;
  return (
    <div className={styles.tableFrame} tabIndex={0} role="region" aria-label="Casting">
      <table className={styles.table}>
        <thead>
          <tr>
            {["Role", "Asset", "Count", "Versions"].map((name) => (
              <th key={name} scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={`${row.path.join("/")} ${String(index)}`}>
              <th scope="row" style={{ paddingInlineStart: 8 + (row.path.length - 1) * 20 }} dir="auto">{row.path.at(-1)}</th>
              <td>{assetLink(row.asset_id, row.project_id, <span dir="auto">{row.name}</span>)}</td>
              <td className={styles.frame}>{row.count}</td>
              <td>
                {row.products.length === 0 && <span className={styles.dim}>none</span>}
                {row.products.map((product) => (
                  <span key={product.code} className={styles.version} data-missing={product.number === null}>
                    {product.number === null && <Icon name="status-blocked" label="No version yet" />}
                    {product.code} {product.number === null ? "–" : formatVersion(product.number)}
                    {product.pin !== "latest" && product.pin !== "latest_approved" && <Icon name="lock" label="Pinned" />}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
