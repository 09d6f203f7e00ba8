import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Product } from "@/api/schema";
import { flattenPages } from "@/lib/paging";
import { Disclosure } from "@/ui/Disclosure";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { latestLabel } from "./latest";
import { VersionList } from "./VersionList";
import { productsQuery } from "./version_queries";
import styles from "./versions.module.css";

function ProductItem({ product, initiallyOpen }: { product: Product; initiallyOpen: boolean }) {
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
            <span className={styles.latest}>{latestLabel(product.latest_version)}</span>
          </>
        }
      >
        <VersionList productId={product.id} />
      </Disclosure>
    </li>
  );
}

/** The products of an asset, each with its versions and their files. */
export function ProductList({ assetId }: { assetId: string }) {
  const products = useInfiniteQuery(productsQuery(assetId));
  const rows = flattenPages(products.data?.pages ?? []);
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
        {rows.map((product, index) => (
          <ProductItem key={product.id} product={product} initiallyOpen={index === 0} />
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
