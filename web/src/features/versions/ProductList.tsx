import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Product } from "@/api/schema";
import { formatVersion } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { Disclosure } from "@/ui/Disclosure";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { VersionList } from "./VersionList";
import { productsQuery } from "./version_queries";
import styles from "./versions.module.css";

interface ProductItemProps {
  product: Product;
  project: string;
  initiallyOpen: boolean;
  version: string | undefined;
}

function ProductItem({ product, project, initiallyOpen, version }: ProductItemProps) {
  const [open, setOpen] = useState(initiallyOpen);
  return (
    <li>
      <Disclosure
        open={open}
        onToggle={setOpen}
        summary={
          <>
            <span className={styles.product}>{product.code}</span>
            {product.kind !== product.code && <span className={styles.dim}>{product.kind}</span>}
            <span className={styles.latest}>{product.latest_number === null ? "no version" : formatVersion(product.latest_number)}</span>
          </>
        }
      >
        <VersionList productId={product.id} project={project} opened={version} />
      </Disclosure>
    </li>
  );
}

interface ProductListProps {
  assetId: string;
  kind?: "asset" | "shot";
  project: string;
  /** What a link led to: it stands open instead of the first product with a version and its highest one. */
  opened: { productId: string; versionId: string | undefined } | undefined;
}

/** The products of an asset or a shot, each with its versions and their files. */
export function ProductList({ assetId, kind = "asset", project, opened }: ProductListProps) {
  const products = useInfiniteQuery(productsQuery(assetId, kind));
  const rows = flattenPages(products.data?.pages ?? []);
  const openProduct = opened?.productId ?? (rows.find((row) => row.latest_number !== null) ?? rows[0])?.id;
  return (
    <section className={styles.products} aria-label="Products">
      <h3 className={styles.title}>Products</h3>
      {products.isPending && (
        <div className={styles.loading} role="status" aria-label="Loading the products">
          <Skeleton width="50%" />
          <Skeleton width="40%" />
        </div>
      )}
      {products.error !== null && <ErrorState error={products.error} onRetry={() => void (products.data === undefined ? products.refetch() : products.fetchNextPage())} />}
      {products.isSuccess && rows.length === 0 && <p className={styles.none}>Nothing was published yet.</p>}
      <ul>
        {rows.map((product) => (
          <ProductItem
            key={product.id}
            product={product}
            project={project}
            initiallyOpen={product.id === openProduct}
            version={opened?.versionId}
          />
        ))}
      </ul>
      <MoreButton
        has={products.hasNextPage}
        loading={products.isFetchingNextPage}
        failed={products.isError}
        onMore={() => void products.fetchNextPage()}
      />
    </section>
  );
}
