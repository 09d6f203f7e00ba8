import { useInfiniteQuery } from "@tanstack/react-query";
import type { VersionFile } from "@/api/schema";
import { formatBytes } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { ErrorState } from "@/ui/ErrorState";
import { Hidden } from "@/ui/Hidden";
import { Icon } from "@/ui/icon/Icon";
import { MoreButton } from "@/ui/MoreButton";
import { Skeleton } from "@/ui/Skeleton";
import { filesQuery } from "./version_queries";
import styles from "./versions.module.css";

function FileItem({ file }: { file: VersionFile }) {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const folder = file.path.slice(0, file.path.length - name.length);
  return (
    <li className={styles.file}>
      <a
        href={file.download_url}
        download={name}
        className={styles.download}
        title={`${file.media_type}\n${file.sha256 === null ? "not verified yet" : `sha256 ${file.sha256}`}`}
      >
        <Icon name="download" />
        <Hidden>Download </Hidden>
        <span className={styles.path}>
          <span className={styles.folder}>{folder}</span>
          {name}
        </span>
        {file.role !== "main" && <span className={styles.role}>{file.role}</span>}
        <span className={styles.size}>{formatBytes(file.size)}</span>
      </a>
    </li>
  );
}

export function FileList({ versionId, label }: { versionId: string; label: string }) {
  const files = useInfiniteQuery(filesQuery(versionId));
  const rows = flattenPages(files.data?.pages ?? []);
  return (
    <>
      {files.isPending && <Skeleton width="70%" />}
      {files.error !== null && <ErrorState error={files.error} onRetry={() => void (files.data === undefined ? files.refetch() : files.fetchNextPage())} />}
      {files.isSuccess && rows.length === 0 && <p className={styles.none}>No files.</p>}
      <ul className={styles.files} aria-label={label}>
        {rows.map((file) => (
          <FileItem key={file.id} file={file} />
        ))}
      </ul>
      <MoreButton
        has={files.hasNextPage}
        loading={files.isFetchingNextPage}
        failed={files.isError}
        onMore={() => void files.fetchNextPage()}
      />
    </>
  );
}
