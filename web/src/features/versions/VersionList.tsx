import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Version } from "@/api/schema";
import { formatTerm, formatVersion } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { Disclosure } from "@/ui/Disclosure";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { Time } from "@/ui/Time";
import { FileList } from "./FileList";
import { versionsQuery } from "./version_queries";
import { VersionState } from "./VersionState";
import styles from "./versions.module.css";

function VersionItem({ version, initiallyOpen }: { version: Version; initiallyOpen: boolean }) {
  const [open, setOpen] = useState(initiallyOpen);
  return (
    <li>
      <Disclosure
        open={open}
        onToggle={setOpen}
        summary={
          <>
            <span className={styles.number}>{formatVersion(version.number)}</span>
            <VersionState state={version.state} status={version.status} />
            <span className={styles.when}>
              <Time at={version.created_at} />
            </span>
          </>
        }
      >
        {version.comment !== "" && <p className={styles.comment}>{version.comment}</p>}
        <FileList versionId={version.id} label={`Files of ${formatTerm(formatVersion(version.number))}`} />
      </Disclosure>
    </li>
  );
}

export function VersionList({ productId }: { productId: string }) {
  const versions = useInfiniteQuery(versionsQuery(productId));
  const rows = flattenPages(versions.data?.pages ?? []);
  return (
    <>
      {versions.isPending && (
        <div className={styles.loading} role="status" aria-label="Loading the versions">
          <Skeleton width="60%" />
        </div>
      )}
      {versions.error !== null && <ErrorState error={versions.error} onRetry={() => void (versions.data === undefined ? versions.refetch() : versions.fetchNextPage())} />}
      {versions.isSuccess && rows.length === 0 && <p className={styles.none}>No version yet.</p>}
      <ul className={styles.versions}>
        {rows.map((version, index) => (
          <VersionItem key={version.id} version={version} initiallyOpen={index === 0} />
        ))}
      </ul>
      <MoreButton
        has={versions.hasNextPage}
        loading={versions.isFetchingNextPage}
        failed={versions.isError}
        onMore={() => void versions.fetchNextPage()}
      />
    </>
  );
}
