import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { plural } from "@/lib/format";
import { type Delivery, deliverySize, isActive, isFinished } from "@/lib/transfer/delivery";
import { Button, IconButton } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { DeliveryItem } from "./DeliveryItem";
import { transfers } from "./transfers";
import styles from "./uploads.module.css";

interface UploadTrayProps {
  link: (delivery: Delivery, children: ReactNode) => ReactNode;
  onPublished: (delivery: Delivery) => void;
}

function summary(deliveries: readonly Delivery[]): string {
  const active = deliveries.filter(isActive);
  if (active.length > 0) {
    let total = 0;
    let arrived = 0;
    for (const delivery of active) {
      const size = deliverySize(delivery);
      total += size.total;
      arrived += size.arrived;
    }
    return `Uploading ${total === 0 ? "" : `${String(Math.floor((arrived / total) * 100))} %`}`.trim();
  }
  const waiting = deliveries.filter((delivery) => !isFinished(delivery)).length;
  return waiting > 0 ? `${plural(waiting, "upload")} stopped` : `${plural(deliveries.length, "upload")} published`;
}

/** What is on its way, at the bottom of every page. */
export function UploadTray({ link, onPublished }: UploadTrayProps) {
  const engine = transfers();
  const deliveries = useSyncExternalStore(engine.subscribe, engine.list);
  const [folded, setFolded] = useState(false);
  const active = deliveries.some(isActive);
  const published = deliveries.filter(isFinished).map(({ id }) => id).join();

  useEffect(() => {
    void engine.restore();
  }, [engine]);
  useEffect(() => {
    for (const delivery of engine.list()) if (published.includes(delivery.id)) onPublished(delivery);
    // Once for each that is published.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [published]);
  useEffect(() => {
    if (!active) return;
    const guard = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    window.addEventListener("beforeunload", guard);
    return () => {
      window.removeEventListener("beforeunload", guard);
    };
  }, [active]);

  if (deliveries.length === 0) return null;
  return (
    <section className={styles.tray} aria-label="Uploads">
      <div className={styles.trayHead}>
        <Icon name="upload" />
        <h2 className={styles.trayTitle}>{summary(deliveries)}</h2>
        {deliveries.some(isFinished) && (
          <Button
            kind="quiet"
            onClick={() => {
              for (const delivery of deliveries.filter(isFinished)) void engine.cancel(delivery.id);
            }}
          >
            Clear published
          </Button>
        )}
        <IconButton
          icon={folded ? "arrow-up" : "chevron-down"}
          label={folded ? "Show the uploads" : "Fold the uploads"}
          aria-expanded={!folded}
          onClick={() => {
            setFolded(!folded);
          }}
        />
      </div>
      {!folded && (
        <ul className={styles.list}>
          {deliveries.map((delivery) => (
            <DeliveryItem key={delivery.id} delivery={delivery} link={link} />
          ))}
        </ul>
      )}
    </section>
  );
}
