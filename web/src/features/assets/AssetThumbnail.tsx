import { useState } from "react";
import { Icon } from "@/ui/icon/Icon";
import styles from "./assets.module.css";
import { typeIcon } from "./vocabulary";

interface AssetThumbnailProps {
  asset: { type: string; thumbnail_url: string | null };
  large?: boolean;
}

/** The picture of an asset; its type's glyph when it has none or the picture can't be loaded. The name stands next to it. */
export function AssetThumbnail({ asset, large = false }: AssetThumbnailProps) {
  const [failed, setFailed] = useState<string>();
  const url = asset.thumbnail_url;
  return (
    <span className={large ? styles.picture : styles.thumbnail}>
      {url !== null && url !== failed ? (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => {
            setFailed(url);
          }}
        />
      ) : (
        <Icon name={typeIcon(asset.type)} size={large ? 32 : 16} />
      )}
    </span>
  );
}
