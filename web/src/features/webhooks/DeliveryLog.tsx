import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Delivery, Webhook } from "@/api/schema";
import { flattenPages } from "@/lib/paging";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Icon } from "@/ui/icon/Icon";
import { MoreButton } from "@/ui/MoreButton";
import { showProblem } from "@/ui/problem_toast";
import { Time } from "@/ui/Time";
import { attemptsQuery, deliveriesQuery, redeliver } from "./webhook_queries";
import { DELIVERY_LOOKS, deliveryNote } from "./webhook_view";
import styles from "./webhooks.module.css";

function Attempts({ hook, delivery }: { hook: Webhook; delivery: Delivery }) {
  const attempts = useQuery(attemptsQuery(hook.id, delivery.id, delivery.attempts));
  if (attempts.error !== null) return <ErrorState error={attempts.error} onRetry={() => void attempts.refetch()} />;
  return (
    <ol className={styles.attempts} aria-label="Attempts">
      {attempts.data?.log.map((attempt) => (
        <li key={attempt.number}>
          <span className={styles.dim}>
            <Time at={attempt.at} />, {attempt.duration_ms} ms
          </span>{" "}
          {attempt.status !== null && <strong>{attempt.status}</strong>} {attempt.error}
          {attempt.answer !== null && attempt.answer !== "" && <code className={styles.answer}>{attempt.answer}</code>}
        </li>
      ))}
      {attempts.data?.log.length === 0 && <li className={styles.dim}>None yet.</li>}
    </ol>
  );
}

function Line({ hook, delivery }: { hook: Webhook; delivery: Delivery }) {
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const again = useMutation({
    mutationFn: () => redeliver(hook.id, delivery.id),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["webhooks", "deliveries", hook.id] }),
  });
  return (
    <li>
      <div className={styles.delivery}>
        <button type="button" className={styles.name} aria-expanded={open} onClick={() => { setOpen(!open); }}>
          <Icon name={open ? "chevron-down" : "chevron-right"} />
          <span>{delivery.action}</span>
        </button>
        <Badge {...DELIVERY_LOOKS[delivery.state]} />
        <span className={styles.note}>{deliveryNote(delivery)}</span>
        <span className={styles.dim}>
          <Time at={delivery.created_at} />
        </span>
        {hook.state === "enabled" && delivery.state !== "waiting" && (
          <Button kind="quiet" icon="retry" disabled={again.isPending} onClick={() => { again.mutate(); }}>
            Send again
          </Button>
        )}
      </div>
      {open && <Attempts hook={hook} delivery={delivery} />}
    </li>
  );
}

/** What a webhook was told, the newest first, with every attempt. */
export function DeliveryLog({ hook }: { hook: Webhook }) {
  const deliveries = useInfiniteQuery(deliveriesQuery(hook.id));
  const rows = flattenPages(deliveries.data?.pages ?? []);
  return (
    <div className={styles.log}>
      {deliveries.error !== null && <ErrorState error={deliveries.error} onRetry={() => void deliveries.refetch()} />}
      {deliveries.isSuccess && rows.length === 0 && <p className={styles.dim}>Nothing has happened that it asks for.</p>}
      <ul className={styles.deliveries} aria-label={`Deliveries of ${hook.name}`}>
        {rows.map((delivery) => (
          <Line key={delivery.id} hook={hook} delivery={delivery} />
        ))}
      </ul>
      <MoreButton
        has={deliveries.hasNextPage}
        loading={deliveries.isFetchingNextPage}
        failed={deliveries.isError}
        onMore={() => void deliveries.fetchNextPage()}
      />
    </div>
  );
}
