import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { problemFrom } from "@/lib/problem";
import { toasts } from "@/lib/toasts";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Field } from "@/ui/Field";
import { MIN_PASSWORD, passwordFault } from "./password";
import { changePassword } from "./session_queries";
import styles from "./session.module.css";

/** One's own new password; other sessions end with it. */
export function PasswordForm() {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [checked, setChecked] = useState(false);
  const change = useMutation({
    mutationFn: () => changePassword(current, password),
    onSuccess: () => {
      for (const clear of [setCurrent, setPassword, setRepeated]) clear("");
      setChecked(false);
      toasts.show({ tone: "ok", text: "Your password was changed. Other sessions of yours have ended." });
    },
  });
  const fault = checked ? passwordFault(password, repeated) : undefined;
  const refusal = change.error === null ? undefined : problemFrom(change.error);
  const refused = (pointer: string) => refusal?.errors.find((error) => error.pointer === pointer)?.detail;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!change.isPending && passwordFault(password, repeated) === undefined) change.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-label="Password">
      <Field label="Current password" type="password" autoComplete="current-password" value={current} error={refused("/current_password")} onChange={(event) => { setCurrent(event.target.value); }} />
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${String(MIN_PASSWORD)} characters; a few words are fine.`}
        value={password}
        error={fault?.field === "password" ? fault.text : refused("/password")}
        onChange={(event) => { setPassword(event.target.value); }}
      />
      <Field
        label="The same again"
        type="password"
        autoComplete="new-password"
        value={repeated}
        error={fault?.field === "repeated" ? fault.text : undefined}
        onChange={(event) => { setRepeated(event.target.value); }}
      />
      {refusal !== undefined && refusal.errors.length === 0 && <ErrorState error={refusal} />}
      <Button kind="primary" type="submit" className={styles.submit} disabled={change.isPending || current === "" || password === ""}>
        {change.isPending ? "Changing…" : "Change the password"}
      </Button>
    </form>
  );
}
