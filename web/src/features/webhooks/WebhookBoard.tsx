import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Webhook } from "@/api/schema";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Dialog } from "@/ui/Dialog";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Skeleton } from "@/ui/Skeleton";
import { WebhookForm } from "./WebhookForm";
import { WebhookItem } from "./WebhookItem";
import { webhooksQuery } from "./webhook_queries";
import styles from "./webhooks.module.css";

/** The webhooks of a project. */
export function WebhookBoard({ project }: { project: string }) {
  const queryClient = useQueryClient();
  const hooks = useQuery(webhooksQuery(project));
  const [open, setOpen] = useState<string>();
  const [edited, setEdited] = useState<Webhook | "new">();
  const [secret, setSecret] = useState<string>();
  const add = (
    <Button kind="primary" icon="plus" onClick={() => { setEdited("new"); }}>
      New webhook
    </Button>
  );
  return (
    <section className={styles.board} aria-label="Webhooks">
      <div className={styles.head}>
        <h1 className={styles.heading}>Webhooks</h1>
        {hooks.isSuccess && hooks.data.length > 0 && add}
      </div>
      {hooks.isPending && (
        <div className={styles.log} role="status" aria-label="Loading the webhooks">
          <Skeleton width="60%" height={14} />
          <Skeleton width="50%" height={14} />
        </div>
      )}
      {hooks.error !== null && <ErrorState large={hooks.data === undefined} error={hooks.error} onRetry={() => void hooks.refetch()} />}
      {hooks.isSuccess && hooks.data.length === 0 && (
        <EmptyState icon="link" title="No webhooks" cause="A webhook tells a server of yours what happens in this project.">
          {add}
        </EmptyState>
      )}
      <ul className={styles.list}>
        {hooks.data?.map((hook) => (
          <WebhookItem
            key={hook.id}
            hook={hook}
            open={open === hook.id}
            onToggle={() => { setOpen(open === hook.id ? undefined : hook.id); }}
            onEdit={() => { setEdited(hook); }}
            onSecret={setSecret}
          />
        ))}
      </ul>
      {edited !== undefined && (
        <WebhookForm
          project={project}
          hook={edited === "new" ? undefined : edited}
          onClose={() => { setEdited(undefined); }}
          onSaved={(saved, shown) => {
            setEdited(undefined);
            setSecret(shown);
            setOpen(saved.id);
            void queryClient.invalidateQueries({ queryKey: ["webhooks"] });
          }}
        />
      )}
      <Dialog open={secret !== undefined} title="The secret of the webhook" size="small" onClose={() => { setSecret(undefined); }}>
        <p>Its receiver verifies deliveries with it. It is not shown again.</p>
        <p className={styles.secret}>
          <code>{secret}</code> <CopyButton text={secret ?? ""} label="Copy the secret" />
        </p>
      </Dialog>
    </section>
  );
}
