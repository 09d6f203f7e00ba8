import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Asset } from "@/api/schema";
import { CopyButton } from "@/ui/CopyButton";
import { ErrorState } from "@/ui/ErrorState";
import { Icon } from "@/ui/icon/Icon";
import { Skeleton } from "@/ui/Skeleton";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import { AssetThumbnail } from "./AssetThumbnail";
import { assetQuery } from "./asset_queries";
import styles from "./assets.module.css";
import { useVocabulary } from "./use_vocabulary";
import { typeIcon } from "./vocabulary";

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function metadataText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : JSON.stringify(value);
}

function Facts({ asset, project }: { asset: Asset; project: string }) {
  const { typeName, stateOf } = useVocabulary(project);
  const address = `${project}:${asset.code}`;
  return (
    <>
      {asset.description !== "" && <p className={styles.description} dir="auto">{asset.description}</p>}
      <dl className={styles.facts}>
        <Fact name="Status">
          <StateBadge code={asset.status} state={stateOf(asset.status)} />
        </Fact>
        <Fact name="Type">
          <span className={styles.type}>
            <Icon name={typeIcon(asset.type)} />
            {typeName(asset.type)}
          </span>
          {asset.is_assembly && <span className={styles.dim}>assembly</span>}
        </Fact>
        <Fact name="Tags">
          {asset.tags.length === 0 ? (
            <span className={styles.dim}>none</span>
          ) : (
            <ul className={styles.tags} aria-label="Tags">
              {asset.tags.map((tag) => (
                <li key={tag} dir="auto">
                  {tag}
                </li>
              ))}
            </ul>
          )}
        </Fact>
        <Fact name="Address">
          <span className={styles.code}>{address}</span>
          <CopyButton text={address} label="Copy the address" />
        </Fact>
        {Object.entries(asset.metadata).map(([key, value]) => (
          <Fact key={key} name={key}>
            <span className={styles.wrap}>{metadataText(value)}</span>
          </Fact>
        ))}
        <Fact name="Created">
          <Time at={asset.created_at} />
        </Fact>
        <Fact name="Updated">
          <Time at={asset.updated_at} />
          <span className={styles.dim}>revision {asset.revision}</span>
        </Fact>
      </dl>
    </>
  );
}

interface AssetDetailsProps {
  id: string;
  project: string;
  /** What stands below: it loads at the same time, and is left out when there is no such asset. */
  children: ReactNode;
  /** Its name and picture stand elsewhere on the page. */
  headless?: boolean;
}

/** What the panel shows of the asset itself. */
export function AssetDetails({ id, project, children, headless = false }: AssetDetailsProps) {
  const { data: asset, error, refetch } = useQuery(assetQuery(id));
  if (asset === undefined && error !== null) {
    return <ErrorState large error={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      {asset === undefined ? (
        <div className={styles.details} role="status" aria-label="Loading the asset">
          <Skeleton width="60%" height={18} />
          <Skeleton width="100%" height={120} />
          <Skeleton width="80%" />
        </div>
      ) : (
        <div className={styles.details}>
          {!headless && asset.thumbnail_url !== null && <AssetThumbnail asset={asset} size="large" />}
          <div className={styles.title} hidden={headless}>
            {asset.thumbnail_url === null && <AssetThumbnail asset={asset} size="medium" />}
            <div>
              <h2 className={styles.name} dir="auto">{asset.name}</h2>
              <p className={styles.code}>{asset.code}</p>
            </div>
          </div>
          <Facts asset={asset} project={project} />
        </div>
      )}
      {children}
    </>
  );
}
