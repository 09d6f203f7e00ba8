import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Version } from "@/api/schema";
import { type State, statesQuery } from "@/api/workflow_queries";
import { formatBytes, formatVersion, plural } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { Disclosure } from "@/ui/Disclosure";
import { ErrorState } from "@/ui/ErrorState";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import { FileList } from "./FileList";
import { versionsQuery } from "./version_queries";
import styles from "./versions.module.css";

interface VersionItemProps {
  version: Version;
  state: State | undefined;
  initiallyOpen: boolean;
}

/** Who made it and how much it is. */
function facts({ author, file_count, total_size }: Version): string {
  const size = `${plural(file_count, "file")}, ${formatBytes(total_size)}`;
  return author === undefined ? size : `${author.name} · ${size}`;
}

function VersionItem({ version, state, initiallyOpen }: VersionItemProps) {
  const [open, setOpen] = useState(initiallyOpen);
  const published = version.state === "published";
  return (
    <li>
      <Disclosure
        open={open}
        onToggle={setOpen}
        summary={
          <>
            <span className={styles.number}>{formatVersion(version.number)}</span>
            {/* While a version is on its way, the state of its upload is what matters. */}
            <StateBadge code={published ? version.status : version.state} state={published ? state : undefined} />
            <span className={styles.when}>
              <Time at={version.created_at} />
            </span>
          </>
        }
      >
        <p className={styles.facts}>{facts(version)}</p>
        {version.error !== null && <p className={styles.fault}>{version.error}</p>}
        {version.comment !== "" && <p className={styles.comment}>{version.comment}</p>}
        <FileList versionId={version.id} label={`Files of ${formatVersion(version.number)}`} />
      </Disclosure>
    </li>
  );
}

interface VersionListProps {
  productId: string;
  project: string;
  opened: string | undefined;
}

export function VersionList({ productId, project, opened }: VersionListProps) {
  const { data: states } = useQuery(statesQuery(project, "version"));
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
          <VersionItem
            key={version.id}
            version={version}
            state={states?.find((state) => state.code === version.status)}
            initiallyOpen={opened === undefined || !rows.some(({ id }) => id === opened) ? index === 0 : version.id === opened}
          />
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
