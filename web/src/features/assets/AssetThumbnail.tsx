import { useState } from "react";
import { pictureUrl } from "@/lib/sprite_sheets";
import { HoverScrub } from "@/ui/HoverScrub";
import { Icon } from "@/ui/icon/Icon";
import styles from "./assets.module.css";
import { typeIcon } from "./vocabulary";

interface AssetThumbnailProps {
  asset: { type: string; thumbnail_url: string | null };
  size?: "small" | "medium" | "tile" | "large";
}

const GLYPHS = { small: 16, medium: 20, tile: 32, large: 32 } as const;
/** How many pixels wide a picture must be: as it is shown, and on screens with two pixels for one. */
const WIDTHS = { small: [160, 160], medium: [160, 160], tile: [320, 640], large: [640, 1280] } as const;

/** The picture of an asset; its type's glyph when it has none or the picture can't be loaded. The name stands next to it. */
export function AssetThumbnail({ asset, size = "small" }: AssetThumbnailProps) {
  const [failed, setFailed] = useState<string>();
  const url = asset.thumbnail_url;
  const [plain, dense] = WIDTHS[size];
  const picture = url !== null && url !== failed && (
    <img
      key={url}
      src={pictureUrl(url, plain)}
      srcSet={plain === dense ? undefined : `${pictureUrl(url, dense)} 2x`}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => {
        setFailed(url);
      }}
    />
  );
  return (
    <span className={styles.thumbnail} data-size={size}>
      {picture === false ? (
        <Icon name={typeIcon(asset.type)} size={GLYPHS[size]} />
      ) : size === "tile" && url !== null ? (
        <HoverScrub thumbnailUrl={url}>{picture}</HoverScrub>
      ) : (
        picture
      )}
    </span>
  );
}
