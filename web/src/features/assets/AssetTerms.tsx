import { formatTerm } from "@/lib/format";
import { Badge } from "@/ui/Badge";
import { Icon } from "@/ui/icon/Icon";
import styles from "./assets.module.css";
import { statusLook, typeIcon } from "./vocabulary";

interface TermProps {
  /** The shape alone, where the label stands next to it. */
  bare?: boolean;
}

export function AssetStatus({ status, bare = false }: TermProps & { status: string }) {
  const { icon, hue, struck = false } = statusLook(status);
  return <Badge icon={icon} hue={hue} struck={struck} label={bare ? "" : formatTerm(status)} />;
}

export function AssetType({ type, bare = false }: TermProps & { type: string }) {
  return (
    <span className={styles.type}>
      <Icon name={typeIcon(type)} />
      {!bare && formatTerm(type)}
    </span>
  );
}
