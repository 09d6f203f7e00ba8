import { type ReactNode, useRef, useState } from "react";
import { formatBytes } from "@/lib/format";
import { type Delivery, deliverySize } from "@/lib/transfer/delivery";
import { Button, IconButton } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Icon } from "@/ui/icon/Icon";
import { Progress } from "@/ui/Progress";
import { pickedFiles } from "./chosen_files";
import { deliveryNote, fileNote, titleOf } from "./delivery_text";
import { transfers } from "./transfers";
import styles from "./uploads.module.css";

interface DeliveryItemProps {
  delivery: Delivery;
  /** A link to the version that it became. */
  link: (delivery: Delivery, children: ReactNode) => ReactNode;
}

const SHOWN = 50;
const TONES = { published: "ok", failed: "error", paused: "warning", sending: "accent", publishing: "accent", elsewhere: "warning" } as const;

export function DeliveryItem({ delivery, link }: DeliveryItemProps) {
  const [open, setOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const engine = transfers();
  const { total, arrived } = deliverySize(delivery);
  const { id, state, files } = delivery;
  const wanted = files.some((file) => file.state === "needs_file" || (file.state === "failed" && state === "failed"));
  const title = titleOf(delivery);
  return (
    <li className={styles.delivery} data-state={state}>
      <div className={styles.line}>
        <button type="button" className={styles.title} aria-expanded={open} onClick={() => { setOpen(!open); }}>
          <Icon name={open ? "chevron-down" : "chevron-right"} />
          <span dir="auto">{title}</span>
        </button>
        <span className={styles.bar}>
          <Progress label={`Upload of ${title}`} value={state === "published" ? 1 : total === 0 ? 0 : arrived / total} tone={TONES[state]} />
        </span>
        <span className={styles.note} role="status">
          {deliveryNote(delivery)}
        </span>
        {delivery.requestId !== undefined && <CopyButton text={delivery.requestId} label="Copy trace id" />}
        <span className={styles.acts}>
          {state === "published" && link(delivery, "Open")}
          {state === "sending" && <IconButton icon="pause" label={`Pause ${title}`} onClick={() => { engine.pause(id); }} />}
          {wanted && (
            <>
              <Button kind="plain" icon="file" onClick={() => input.current?.click()}>
                Choose again
              </Button>
              <input
                ref={input}
                type="file"
                multiple
                hidden
                aria-label={`Files of ${title}`}
                onChange={(event) => {
                  void engine.supply(id, pickedFiles(event.target.files));
                  event.target.value = "";
                }}
              />
            </>
          )}
          {(state === "paused" || state === "failed") && (
            <IconButton icon={state === "failed" ? "retry" : "play"} label={`Go on with ${title}`} onClick={() => void engine.resume(id)} />
          )}
          <IconButton
            icon="close"
            label={state === "published" ? `Take ${title} off the list` : `Cancel ${title}`}
            onClick={() => void engine.cancel(id)}
          />
        </span>
      </div>
      {open && (
        <ul className={styles.files}>
          {files.slice(0, SHOWN).map((file) => (
            <li key={file.id} data-state={file.state}>
              <span className={styles.path} dir="auto">
                {file.path}
              </span>
              <span className={styles.size}>{formatBytes(file.size)}</span>
              <span className={styles.fileNote}>{fileNote(file)}</span>
            </li>
          ))}
          {files.length > SHOWN && <li>and {files.length - SHOWN} more</li>}
        </ul>
      )}
    </li>
  );
}
