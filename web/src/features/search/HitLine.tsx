import type { SearchHit } from "@/api/schema";
import { formatTerm } from "@/lib/format";
import { Icon } from "@/ui/icon/Icon";
import styles from "./search.module.css";

const ICONS: Record<string, string> = {
  asset: "assets",
  project: "project",
  product: "kind-product",
  version: "kind-version",
  file: "file",
};

interface HitLineProps {
  hit: SearchHit;
  project: string | undefined;
}

export function HitLine({ hit, project }: HitLineProps) {
  return (
    <>
      <Icon name={ICONS[hit.kind] ?? "file"} />
      <span className={styles.name}>{hit.name}</span>
      <span className={styles.code}>{hit.code}</span>
      <span className={styles.where}>
        {formatTerm(hit.kind)}
        {project !== undefined && ` · ${project}`}
      </span>
    </>
  );
}
