import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Product } from "@/api/schema";
import { formatVersion } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import { ComparePane } from "./ComparePane";
import { VersionPane } from "./VersionPane";
import { productsQuery, versionsQuery } from "./version_queries";
import styles from "./board.module.css";

interface VersionBoardProps {
  assetId: string;
  project: string;
  version: string | undefined;
  other: string | undefined;
  onShow: (version: string, other: string | undefined) => void;
  /** What there is to look at in a version. */
  viewer: (versionId: string) => ReactNode;
  link: (versionId: string, productId: string, children: ReactNode) => ReactNode;
  mayReview: boolean;
}

interface ProductVersionsProps {
  product: Product;
  shown: string | undefined;
  other: string | undefined;
  onShow: VersionBoardProps["onShow"];
}

function ProductVersions({ product, shown, other, onShow }: ProductVersionsProps) {
  const versions = useInfiniteQuery(versionsQuery(product.id));
  const rows = flattenPages(versions.data?.pages ?? []);
  return (
    <li>
      <h2 className={styles.product}>
        {product.code}
        {product.kind !== product.code && <span className={styles.dim}>{product.kind}</span>}
      </h2>
      {versions.isPending && <Skeleton width="70%" />}
      {versions.error !== null && <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />}
      {versions.isSuccess && rows.length === 0 && <p className={styles.dim}>No version yet.</p>}
      <ul>
        {rows.map((version) => (
          <li key={version.id} className={styles.version} data-shown={version.id === shown || version.id === other}>
            <button
              type="button"
              className={styles.pick}
              aria-current={version.id === shown}
              onClick={() => {
                onShow(version.id, undefined);
              }}
            >
              <span className={styles.number}>{formatVersion(version.number)}</span>
              <StateBadge code={version.state === "published" ? version.status : version.state} state={undefined} bare />
              <span className={styles.comment} dir="auto">
                {version.comment}
              </span>
              <span className={styles.dim}>
                <Time at={version.created_at} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <MoreButton
        has={versions.hasNextPage}
        loading={versions.isFetchingNextPage}
        failed={versions.isError}
        onMore={() => void versions.fetchNextPage()}
      />
    </li>
  );
}

/** All versions of an asset by product, and the one that is shown, or two of them compared. */
export function VersionBoard({ assetId, project, version, other, onShow, viewer, link, mayReview }: VersionBoardProps) {
  const products = useInfiniteQuery(productsQuery(assetId));
  const rows = flattenPages(products.data?.pages ?? []);
  const first = rows.find((row) => row.latest_number !== null) ?? rows[0];
  const latest = useInfiniteQuery({ ...versionsQuery(first?.id ?? ""), enabled: first !== undefined && version === undefined });
  const shown = version ?? latest.data?.pages[0]?.data[0]?.id;

  if (products.error !== null) return <ErrorState large error={products.error} onRetry={() => void products.refetch()} />;
  if (products.isSuccess && rows.length === 0) {
    return <EmptyState icon="kind-version" title="Nothing was published yet" cause="Upload files here or publish from your tools; versions then stand in this place." />;
  }
  return (
    <div className={styles.board}>
      <nav className={styles.list} aria-label="Versions" data-keymap="page">
        {products.isPending && <Skeleton width="60%" height={14} />}
        <ul>
          {rows.map((product) => (
            <ProductVersions key={product.id} product={product} shown={shown} other={other} onShow={onShow} />
          ))}
        </ul>
      </nav>
      <div className={styles.pane}>
        {shown !== undefined && other === undefined && (
          <VersionPane id={shown} project={project} onShow={onShow} viewer={viewer} link={link} mayReview={mayReview} />
        )}
        {shown !== undefined && other !== undefined && <ComparePane from={other} to={shown} onShow={onShow} />}
      </div>
    </div>
  );
}
