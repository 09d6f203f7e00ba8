import { useState } from "react";
import { pictureUrl } from "@/lib/sprite_sheets";
import { Icon } from "@/ui/icon/Icon";
import styles from "./shots.module.css";

interface ShotThumbnailProps {
  url: string | null;
  size?: "small" | "large";
}

/** The picture of a shot, or a strip of film where there is none. The name stands next to it. */
export function ShotThumbnail({ url, size = "small" }: ShotThumbnailProps) {
  const [failed, setFailed] = useState<string>();
  return (
    <span className={styles.thumbnail} data-size={size}>
      {url !== null && url !== failed ? (
        <img key={url} src={pictureUrl(url, size === "small" ? 160 : 640)} alt="" loading="lazy" decoding="async" onError={() => { setFailed(url); }} />
      ) : (
        <Icon name="film" size={size === "small" ? 16 : 32} />
      )}
    </span>
  );
}
