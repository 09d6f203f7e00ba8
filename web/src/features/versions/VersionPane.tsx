import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Version } from "@/api/schema";
import { statesQuery } from "@/api/workflow_queries";
import { formatBytes, formatVersion, plural } from "@/lib/format";
import { flattenPages } from "@/lib/paging";
import { ErrorState } from "@/ui/ErrorState";
import { Icon } from "@/ui/icon/Icon";
import { Menu } from "@/ui/Menu";
import { showProblem } from "@/ui/problem_toast";
import { Skeleton } from "@/ui/Skeleton";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import styles from "./board.module.css";
import { FileList } from "./FileList";
import { dependenciesQuery, moveVersion, transitionsQuery, versionQuery, versionsQuery } from "./version_queries";

interface VersionPaneProps {
  id: string;
  project: string;
  onShow: (version: string, other: string | undefined) => void;
  viewer: (versionId: string) => ReactNode;
  link: (versionId: string, productId: string, children: ReactNode) => ReactNode;
  mayReview: boolean;
}

function StatusMenu({ version, project }: { version: Version; project: string }) {
  const queryClient = useQueryClient();
  const { data: states } = useQuery(statesQuery(project, "version"));
  const { data: moves } = useQuery(transitionsQuery("versions", version.id, version.status));
  const move = useMutation({
    mutationFn: (to: string) => moveVersion(version.id, to),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => Promise.all([queryClient.invalidateQueries({ queryKey: ["version", version.id] }), queryClient.invalidateQueries({ queryKey: ["versions", version.product_id] })]),
  });
  const stateOf = (code: string) => states?.find((state) => state.code === code);
  return (
    <Menu
      label="Status"
      button={
        <>
          <StateBadge code={version.status} state={stateOf(version.status)} />
          <Icon name="chevron-down" />
        </>
      }
      items={(moves?.data ?? []).map(({ to, name, open, why_not }) => ({
        id: to,
        label: open ? name : `${name}: ${why_not ?? "not open"}`,
        icon: <StateBadge code={to} state={stateOf(to)} bare />,
        onSelect: () => {
          move.mutate(to);
        },
      }))}
    />
  );
}

function Dependencies({ id, link }: { id: string; link: VersionPaneProps["link"] }) {
  const { data, error, refetch } = useQuery(dependenciesQuery(id));
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data?.length === 0) return <p className={styles.dim}>It needs nothing else.</p>;
  return (
    <ul className={styles.dependencies}>
      {data?.map((dependency) => {
        const target = dependency.target_version_id ?? dependency.resolved_version_id;
        const address = dependency.address ?? "Something that you may not see";
        return (
          <li key={dependency.id}>
            <Icon name="link" />
            {target === null ? <span>{address}</span> : link(target, dependency.target_product_id, <span dir="auto">{address}</span>)}
            <span className={styles.dim}>
              {dependency.kind}
              {dependency.policy !== null && ` · ${dependency.policy}`}
              {dependency.optional && " · optional"}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** One version: what there is to see, who made it, its files and what it needs. */
export function VersionPane({ id, project, onShow, viewer, link, mayReview }: VersionPaneProps) {
  const { data: version, error, refetch } = useQuery(versionQuery(id));
  const siblings = useInfiniteQuery({ ...versionsQuery(version?.product_id ?? ""), enabled: version !== undefined });
  const others = flattenPages(siblings.data?.pages ?? []).filter((each) => each.id !== id && each.state === "published");
  if (version === undefined) {
    return error === null ? <Skeleton width="60%" height={160} /> : <ErrorState large error={error} onRetry={() => void refetch()} />;
  }
  const published = version.state === "published";
  return (
    <article className={styles.detail} aria-label={`Version ${formatVersion(version.number)}`}>
      {viewer(id)}
      <header className={styles.head}>
        <h2 className={styles.title}>
          {version.product?.code} {formatVersion(version.number)}
        </h2>
        {published && mayReview ? (
          <StatusMenu version={version} project={project} />
        ) : (
          <StateBadge code={published ? version.status : version.state} state={undefined} />
        )}
        {published && others.length > 0 && (
          <Menu
            label="Compare with"
            align="end"
            button={
              <>
                <Icon name="compare" />
                Compare with
              </>
            }
            items={others.map((other) => ({
              id: other.id,
              label: formatVersion(other.number),
              note: other.comment.slice(0, 40),
              onSelect: () => {
                onShow(id, other.id);
              },
            }))}
          />
        )}
      </header>
      <p className={styles.dim}>
        {version.author !== undefined && `${version.author.name} · `}
        <Time at={version.published_at ?? version.created_at} /> · {plural(version.file_count, "file")}, {formatBytes(version.total_size)}
        {version.frame_range !== null && ` · frames ${String(version.frame_range.first)}–${String(version.frame_range.last)}`}
      </p>
      {version.error !== null && <p className={styles.fault}>{version.error}</p>}
      {version.comment !== "" && (
        <p className={styles.text} dir="auto">
          {version.comment}
        </p>
      )}
      <section aria-label="Files">
        <h3 className={styles.section}>Files</h3>
        <FileList versionId={id} label={`Files of ${formatVersion(version.number)}`} />
      </section>
      <section aria-label="Needs">
        <h3 className={styles.section}>Needs</h3>
        <Dependencies id={id} link={link} />
      </section>
    </article>
  );
}
