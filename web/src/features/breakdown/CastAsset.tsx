import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Asset } from "@/api/schema";
import { formatTerm } from "@/lib/format";
import { Dialog } from "@/ui/Dialog";
import { castableQuery } from "./breakdown_queries";
import styles from "./breakdown.module.css";

interface CastAssetProps {
  project: string;
  onChoose: (asset: Asset) => void;
  onClose: () => void;
}

/** Chooses an asset that plays nowhere yet, so that it gets a column. */
export function CastAsset({ project, onChoose, onClose }: CastAssetProps) {
  const [text, setText] = useState("");
  const { data = [] } = useQuery(castableQuery(project, text.trim()));
  return (
    <Dialog title="Cast another asset" open onClose={onClose}>
      <div className={styles.cast}>
        <input
          autoFocus
          aria-label="Find an asset"
          placeholder="Name or code"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
        <ul aria-label="Assets">
          {data.map((asset) => (
            <li key={asset.id}>
              <button
                type="button"
                onClick={() => {
                  onChoose(asset);
                }}
              >
                <span dir="auto">{asset.name}</span>
                <span className={styles.dim}>{formatTerm(asset.type)}</span>
              </button>
            </li>
          ))}
        </ul>
        {data.length === 0 && <p className={styles.dim}>No asset is called so.</p>}
      </div>
    </Dialog>
  );
}
