import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { GraphNode } from "@/features/graph/graph_model";
import { productsQuery, versionsQuery } from "@/features/versions/version_queries";
import { formatVersion } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { SelectField } from "@/ui/SelectField";
import { Skeleton } from "@/ui/Skeleton";
import styles from "./shell.module.css";

const DependencyGraph = lazy(() => import("@/features/graph/DependencyGraph"));

interface AssetGraphProps {
  assetId: string;
  /** `kart:barrel`. */
  address: string;
  version: string | undefined;
  onVersion: (version: string | undefined) => void;
  onOpen: (id: string, kind: GraphNode["kind"]) => void;
}

/** The graph around one of the asset's versions, or around the asset as others are put together of it. */
export function AssetGraph({ assetId, address, version, onVersion, onOpen }: AssetGraphProps) {
  const products = useInfiniteQuery(productsQuery(assetId));
  const rows = flattenPages(products.data?.pages ?? []);
  const first = rows.find((row) => row.latest_number !== null);
  const versions = useInfiniteQuery({ ...versionsQuery(first?.id ?? ""), enabled: first !== undefined });
  const choices = flattenPages(versions.data?.pages ?? []).filter(({ state }) => state === "published");
  const shown = version === "asset" ? undefined : (choices.find(({ id }) => id === version) ?? choices[0]);
  if (products.isPending || (first !== undefined && versions.isPending)) return <Skeleton width="60%" height={160} />;
  const root =
    shown === undefined
      ? ({ id: assetId, kind: "asset", label: address } as const)
      : ({ id: shown.id, kind: "version", label: `${address}/${first?.code ?? ""}@${String(shown.number)}` } as const);
  return (
    <div className={styles.graphPane}>
      <div className={styles.graphChoice}>
        <SelectField
          label="Around"
          value={shown?.id ?? "asset"}
          options={[
            { value: "asset", name: "The asset: assemblies and shots that use it" },
            ...choices.map(({ id, number }) => ({ value: id, name: `${first?.code ?? ""} ${formatVersion(number)}` })),
          ]}
          onChange={(event) => { onVersion(event.target.value); }}
        />
      </div>
      <Suspense fallback={<Skeleton width="60%" height={160} />}>
        <DependencyGraph key={root.id} root={root} onOpen={onOpen} />
      </Suspense>
    </div>
  );
}
