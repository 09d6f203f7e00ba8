import { useQuery } from "@tanstack/react-query";
import type { VersionFile } from "@/api/schema";
import { formatBytes, formatVersion, plural } from "@/lib/format";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Icon } from "@/ui/icon/Icon";
import { Skeleton } from "@/ui/Skeleton";
import styles from "./board.module.css";
import { compareQuery, versionQuery } from "./version_queries";

interface ComparePaneProps {
  from: string;
  to: string;
  onShow: (version: string, other: string | undefined) => void;
}

const signed = (bytes: number) => `${bytes < 0 ? "−" : "+"}${formatBytes(Math.abs(bytes))}`;

function Side({ title, url }: { title: string; url: string | null | undefined }) {
  return (
    <figure className={styles.side}>
      {url === null || url === undefined ? (
        <span className={styles.noPicture}>
          <Icon name="image" size={32} />
        </span>
      ) : (
        <img src={`${url}?width=640`} alt={`Picture of ${title}`} />
      )}
      <figcaption>{title}</figcaption>
    </figure>
  );
}

function FileRow({ mark, tone, path, note }: { mark: string; tone: string; path: string; note: string }) {
  return (
    <tr data-tone={tone}>
      <td className={styles.mark}>{mark}</td>
      <td className={styles.path} dir="auto">
        {path}
      </td>
      <td className={styles.size}>{note}</td>
    </tr>
  );
}

const sizeOf = ({ size }: VersionFile) => formatBytes(size);

/** What is different between two versions: files by their bytes, and what they need. */
export function ComparePane({ from, to, onShow }: ComparePaneProps) {
  const before = useQuery(versionQuery(from));
  const after = useQuery(versionQuery(to));
  const { data, error, refetch } = useQuery(compareQuery(from, to));
  const name = (query: typeof before) => `${query.data?.product?.code ?? ""} ${formatVersion(query.data?.number)}`;
  const picture = (query: typeof before) => (query.data as { thumbnail_url?: string | null } | undefined)?.thumbnail_url;
  if (error !== null) return <ErrorState large error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton width="60%" height={160} />;
  const { added, removed, changed, unchanged } = data.files;
  return (
    <article className={styles.detail} aria-label="Comparison">
      <header className={styles.head}>
        <h2 className={styles.title}>
          {name(before)} → {name(after)}
        </h2>
        <Button kind="quiet" icon="close" onClick={() => { onShow(to, undefined); }}>
          End the comparison
        </Button>
        <Button kind="quiet" icon="retry" onClick={() => { onShow(from, to); }}>
          Other way round
        </Button>
      </header>
      <div className={styles.sides}>
        <Side title={name(before)} url={picture(before)} />
        <Side title={name(after)} url={picture(after)} />
      </div>
      <p className={styles.dim}>
        {plural(added.length, "file")} added, {removed.length} removed, {changed.length} changed, {unchanged} the same ·{" "}
        {signed(data.size_change)}
      </p>
      <div className={styles.tableFrame} tabIndex={0} role="region" aria-label="Files that differ">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">File</th>
              <th scope="col">Size</th>
            </tr>
          </thead>
          <tbody>
            {changed.map(({ path, from: old, to: fresh }) => (
              <FileRow key={path} mark="changed" tone="amber" path={path} note={`${sizeOf(old)} → ${sizeOf(fresh)}`} />
            ))}
            {added.map((file) => (
              <FileRow key={file.id} mark="added" tone="green" path={file.path} note={sizeOf(file)} />
            ))}
            {removed.map((file) => (
              <FileRow key={file.id} mark="removed" tone="red" path={file.path} note={sizeOf(file)} />
            ))}
            {added.length + removed.length + changed.length === 0 && (
              <tr>
                <td colSpan={3}>The files are the same, byte for byte.</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <section aria-label="Needs">
        <h3 className={styles.section}>Needs</h3>
        <ul className={styles.dependencies}>
          {data.dependencies.added.map((each) => (
            <li key={each.id}>
              <span className={styles.mark}>added</span> {each.address ?? "hidden"}
            </li>
          ))}
          {data.dependencies.removed.map((each) => (
            <li key={each.id}>
              <span className={styles.mark}>removed</span> {each.address ?? "hidden"}
            </li>
          ))}
          <li className={styles.dim}>{data.dependencies.unchanged} the same</li>
        </ul>
      </section>
    </article>
  );
}
