import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Webhook } from "@/api/schema";
import { toasts } from "@/lib/toasts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/icon/Icon";
import { showProblem } from "@/ui/problem_toast";
import { DeliveryLog } from "./DeliveryLog";
import { deleteWebhook, pingWebhook, rotateSecret, updateWebhook } from "./webhook_queries";
import { eventsText, HOOK_LOOKS } from "./webhook_view";
import styles from "./webhooks.module.css";

interface WebhookItemProps {
  hook: Webhook;
  open: boolean;
  onToggle: () => void;
  onEdit: () => void;
  onSecret: (secret: string) => void;
}

/** One webhook: its state, what can be done with it, and what it was told. */
export function WebhookItem({ hook, open, onToggle, onEdit, onSecret }: WebhookItemProps) {
  const queryClient = useQueryClient();
  const act = useMutation({
    mutationFn: (what: () => Promise<unknown>) => what(),
    onError: (error) => {
      showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  const enabled = hook.state === "enabled";
  const toggle = () => updateWebhook(hook.id, { state: enabled ? "paused" : "enabled" });
  const ping = async () => {
    await pingWebhook(hook.id);
    toasts.show({ tone: "ok", text: "A ping is on its way." });
  };
  const rotate = async () => {
    onSecret((await rotateSecret(hook.id)).secret);
  };
  const remove = async () => {
    if (window.confirm(`Delete ${hook.name} with its deliveries?`)) await deleteWebhook(hook.id);
  };
  const button = (icon: string, label: string, what: () => Promise<unknown>) => (
    <Button kind="quiet" icon={icon} disabled={act.isPending} onClick={() => { act.mutate(what); }}>
      {label}
    </Button>
  );
  return (
    <li className={styles.hook}>
      <div className={styles.line}>
        <button type="button" className={styles.name} aria-expanded={open} onClick={onToggle}>
          <Icon name={open ? "chevron-down" : "chevron-right"} />
          <span>{hook.name}</span>
        </button>
        <Badge {...HOOK_LOOKS[hook.state]} />
        <span className={styles.note}>{hook.disabled_reason ?? eventsText(hook.events)}</span>
        <span className={styles.url}>{hook.url}</span>
      </div>
      {open && (
        <div className={styles.details}>
          <div className={styles.acts} role="group" aria-label={`What can be done with ${hook.name}`}>
            {button(enabled ? "pause" : "play", enabled ? "Pause" : "Enable", toggle)}
            {enabled && button("link", "Ping", ping)}
            <Button kind="quiet" icon="sliders" onClick={onEdit}>
              Change
            </Button>
            {button("rotate", "New secret", rotate)}
            {button("close", "Delete", remove)}
          </div>
          <DeliveryLog hook={hook} />
        </div>
      )}
    </li>
  );
}
