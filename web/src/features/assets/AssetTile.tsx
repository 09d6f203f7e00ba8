import { StateBadge } from "@/ui/StateBadge";
import type { AssetRow } from "./asset_table";
import { AssetThumbnail } from "./AssetThumbnail";
import styles from "./assets.module.css";
import type { Vocabulary } from "./use_vocabulary";

/** What stands below a tile's picture: the name, the code and the state. */
const CAPTION = 54;

export function tileHeight(width: number): number {
  return Math.round((width * 9) / 16) + CAPTION;
}

export function AssetTile({ asset, vocabulary }: { asset: AssetRow; vocabulary: Vocabulary }) {
  return (
    <>
      <AssetThumbnail asset={asset} size="tile" />
      <div className={styles.caption}>
        <p className={styles.tileName} dir="auto" title={asset.name}>
          {asset.name}
        </p>
        <div className={styles.tileLine}>
          <StateBadge code={asset.status} state={vocabulary.stateOf(asset.status)} />
          <span className={styles.tileType}>{vocabulary.typeName(asset.type)}</span>
        </div>
      </div>
    </>
  );
}
