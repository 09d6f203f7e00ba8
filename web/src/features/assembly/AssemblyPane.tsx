import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { formatVersion, plural } from "@/lib/format";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Icon } from "@/ui/icon/Icon";
import { Skeleton } from "@/ui/Skeleton";
import styles from "./assembly.module.css";
import { assemblyQuery, usersQuery } from "./assembly_queries";
import { placeText } from "./transform_text";

interface AssemblyPaneProps {
  assetId: string;
  assetLink: (assetId: string, projectId: string, children: ReactNode) => ReactNode;
}

function UsedBy({ assetId, assetLink }: AssemblyPaneProps) {
  const { data, error, refetch } = useQuery(usersQuery(assetId));
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <section aria-label="Used by" className={styles.section}>
      <h2 className={styles.title}>Used by</h2>
      {data?.data.length === 0 && <p className={styles.dim}>No assembly, shot or version that you may see uses it.</p>}
      <ul>
        {data?.data.map((user) => (
          <li key={user.id} className={styles.user}>
            <Icon name={user.kind === "version" ? "kind-version" : "assets"} />
            {user.kind === "asset" ? assetLink(user.id, user.project_id, <span dir="auto">{user.name}</span>) : <span>{user.name ?? user.address}</span>}
            <span className={styles.dim}>
              {user.address} · {user.via}
              {user.depth > 1 && `, ${String(user.depth)} levels up`}
            </span>
          </li>
        ))}
      </ul>
      {data?.truncated === true && <p className={styles.dim}>There are more.</p>}
    </section>
  );
}

/** What an assembly is put together of, with the versions that it means today, and what uses it in turn. */
export function AssemblyPane({ assetId, assetLink }: AssemblyPaneProps) {
  const { data, error, refetch } = useQuery(assemblyQuery(assetId));
  if (error !== null) return <ErrorState large error={error} onRetry={() => void refetch()} />;
  const parts = data?.data.filter(({ path }) => path.length > 0) ?? [];
  return (
    <div className={styles.pane}>
      {data === undefined && <Skeleton width="60%" height={120} />}
      {data !== undefined && parts.length === 0 && (
        <EmptyState icon="cube" title="No components" cause="It stands alone: it is no assembly, or nothing was put into it yet." />
      )}
      {parts.length > 0 && (
        <section aria-label="Components" className={styles.section}>
          <h2 className={styles.title}>{plural(parts.length, "component")}</h2>
          <div className={styles.frame} tabIndex={0} role="region" aria-label="Components">
            <table className={styles.table}>
              <thead>
                <tr>
                  {["Component", "Asset", "Count", "Place", "Versions"].map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {parts.map((part) => (
                  <tr key={part.path.join("/")}>
                    <th scope="row" style={{ paddingInlineStart: 8 + (part.path.length - 1) * 20 }}>
                      <span dir="auto">{part.path.at(-1)}</span>
                    </th>
                    <td>{assetLink(part.asset_id, part.project_id, <span dir="auto">{part.name}</span>)}</td>
                    <td>{part.count}</td>
                    <td className={styles.mono}>{placeText(part.transform)}</td>
                    <td>
                      {part.products.map(({ code, number }) => `${code} ${number === null ? "–" : formatVersion(number)}`).join(", ") || "–"}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      <UsedBy assetId={assetId} assetLink={assetLink} />
    </div>
  );
}
