import type { SearchHit } from "@/api/schema";
import { formatTerm } from "@/lib/format";
import { Icon } from "@/ui/icon/Icon";
import { Marked } from "@/ui/Marked";
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
  // A hit by its name or code is marked there; by anything else, what was found stands behind them.
  const found = hit.highlights.map((highlight) => ({ ...highlight, own: highlight.text === hit.name }));
  const inName = found.find(({ own }) => own);
  const elsewhere = found.find(({ own, text }) => !own && text !== hit.code);
  return (
    <>
      <Icon name={ICONS[hit.kind] ?? "file"} />
      <span className={styles.name}>
        <Marked text={hit.name} ranges={inName?.ranges ?? []} />
      </span>
      {hit.code !== null && <span className={styles.code}>{hit.code}</span>}
      {elsewhere !== undefined && (
        <span className={styles.found}>
          <Marked text={elsewhere.text} ranges={elsewhere.ranges} />
        </span>
      )}
      <span className={styles.where}>
        {formatTerm(hit.kind)}
        {project !== undefined && ` · ${project}`}
      </span>
    </>
  );
}
