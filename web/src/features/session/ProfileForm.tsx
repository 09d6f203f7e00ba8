import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { meQuery } from "@/api/me_queries";
import type { Me } from "@/api/schema";
import { formatTerm } from "@/lib/format";
import { problemFrom } from "@/lib/problem";
import { toasts } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Field } from "@/ui/Field";
import { updateProfile } from "./session_queries";
import styles from "./session.module.css";

function Fields({ user }: { user: Me["user"] }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email ?? "");
  const save = useMutation({
    mutationFn: () => updateProfile(user.id, user.revision, { name: name.trim(), email: email.trim() === "" ? null : email.trim() }),
    onSuccess: async () => {
      await queryClient.invalidateQueries(meQuery);
      toasts.show({ tone: "ok", text: "Your account was saved." });
    },
  });
  const refusal = save.error === null ? undefined : problemFrom(save.error);
  const fault = (pointer: string) => refusal?.errors.find((error) => error.pointer === pointer)?.detail;
  const changed = name.trim() !== user.name || email.trim() !== (user.email ?? "");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending && changed) save.mutate();
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label="Name" autoComplete="name" value={name} error={fault("/name")} onChange={(event) => { setName(event.target.value); }} />
      <Field
        label="Email"
        type="email"
        autoComplete="email"
        value={email}
        error={fault("/email")}
        onChange={(event) => { setEmail(event.target.value); }}
      />
      <p className={styles.note}>
        You sign in as <strong>{user.code}</strong>; your role here is {formatTerm(user.site_role).toLowerCase()}.
      </p>
      {refusal !== undefined && refusal.errors.length === 0 && <ErrorState error={refusal} />}
      <Button kind="primary" type="submit" disabled={save.isPending || !changed} className={styles.submit}>
        {save.isPending ? "Saving…" : "Save"}
      </Button>
    </form>
  );
}

/** One's own name and address of mail. */
export function ProfileForm() {
  const { data: me } = useQuery(meQuery);
  return me === undefined ? null : <Fields key={me.user.revision} user={me.user} />;
}
