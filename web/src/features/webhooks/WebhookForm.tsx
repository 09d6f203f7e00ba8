import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Webhook } from "@/api/schema";
import { problemFrom } from "@/lib/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ErrorState } from "@/ui/ErrorState";
import { Field } from "@/ui/Field";
import { createWebhook, updateWebhook } from "./webhook_queries";
import { eventsOf } from "./webhook_view";
import styles from "./webhooks.module.css";

interface WebhookFormProps {
  project: string;
  /** Nothing: a new one. */
  hook: Webhook | undefined;
  onClose: () => void;
  onSaved: (hook: Webhook, secret: string | undefined) => void;
}

/** Name, address and events of a webhook. */
export function WebhookForm({ project, hook, onClose, onSaved }: WebhookFormProps) {
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setUrl] = useState(hook?.url ?? "");
  const [events, setEvents] = useState(hook?.events.join(", ") ?? "");
  const save = useMutation({
    mutationFn: async (): Promise<[Webhook, string | undefined]> => {
      const body = { name: name.trim(), url: url.trim(), events: eventsOf(events) };
      if (hook !== undefined) return [await updateWebhook(hook.id, body), undefined];
      const { secret, ...made } = await createWebhook({ ...body, project_id: project });
      return [made, secret];
    },
    onSuccess: ([saved, secret]) => {
      onSaved(saved, secret);
    },
  });
  const refusal = save.error === null ? undefined : problemFrom(save.error);
  const fault = (pointer: string) => refusal?.errors.find((error) => error.pointer.startsWith(pointer))?.detail;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Dialog open title={hook === undefined ? "New webhook" : `Change ${hook.name}`} onClose={onClose}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <Field label="Name" value={name} error={fault("/name")} autoFocus onChange={(event) => { setName(event.target.value); }} />
        <Field
          label="Address"
          type="url"
          placeholder="https://hooks.example.com/bifrost"
          value={url}
          error={fault("/url")}
          onChange={(event) => { setUrl(event.target.value); }}
        />
        <Field
          label="Events"
          hint="Kinds such as asset, or actions such as version.published, with commas; empty for everything."
          value={events}
          error={fault("/events")}
          onChange={(event) => { setEvents(event.target.value); }}
        />
        {refusal !== undefined && refusal.errors.length === 0 && <ErrorState error={refusal} />}
        <div className={styles.acts}>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {save.isPending ? "Saving…" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
