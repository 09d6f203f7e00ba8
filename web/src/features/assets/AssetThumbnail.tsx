import { useState } from "react";
import { Icon } from "@/ui/icon/Icon";
import styles from "./assets.module.css";
import { typeIcon } from "./vocabulary";

interface AssetThumbnailProps {
  asset: { type: string; thumbnail_url: string | null };
  size?: "small" | "medium" | "tile" | "large";
}

const GLYPHS = { small: 16, medium: 20, tile: 32, large: 32 } as const;

/** The picture of an asset; its type's glyph when it has none or the picture can't be loaded. The name stands next to it. */
export function AssetThumbnail({ asset, size = "small" }: AssetThumbnailProps) {
  const [failed, setFailed] = useState<string>();
  const url = asset.thumbnail_url;
  return (
    <span className={styles.thumbnail} data-size={size}>
      {url !== null && url !== failed ? (
        <img
          key={url}
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => {
            setFailed(url);
          }}
        />
      ) : (
        <Icon name={typeIcon(asset.type)} size={GLYPHS[size]} />
      )}
    </span>
  );
}
