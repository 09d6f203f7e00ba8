import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { problemFrom } from "@/lib/problem";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Field } from "@/ui/Field";
import { MIN_PASSWORD, passwordFault } from "./password";
import { setUpOwner } from "./session_queries";
import styles from "./session.module.css";

interface SetupFormProps {
  token: string;
  onSignedIn: () => void;
}

/** The owner's first sign-in: the one-time link proves who it is, the form sets the password. */
export function SetupForm({ token, onSignedIn }: SetupFormProps) {
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [checked, setChecked] = useState(false);
  const attempt = useMutation({ mutationFn: () => setUpOwner(token, password), onSuccess: onSignedIn });
  const fault = checked ? passwordFault(password, repeated) : undefined;
  const refusal = attempt.error === null ? undefined : problemFrom(attempt.error);
  const refusedPassword = refusal?.errors.find((error) => error.pointer === "/password")?.detail;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!attempt.isPending && passwordFault(password, repeated) === undefined) attempt.mutate();
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field
        label="New password"
        name="new-password"
        type="password"
        autoComplete="new-password"
        autoFocus
        hint={`At least ${String(MIN_PASSWORD)} characters; a few words are fine.`}
        error={fault?.field === "password" ? fault.text : refusedPassword}
        value={password}
        onChange={(event) => {
          setPassword(event.target.value);
        }}
      />
      <Field
        label="The same again"
        name="repeat-password"
        type="password"
        autoComplete="new-password"
        error={fault?.field === "repeated" ? fault.text : undefined}
        value={repeated}
        onChange={(event) => {
          setRepeated(event.target.value);
        }}
      />
      {refusal !== undefined && refusedPassword === undefined && <ErrorState error={refusal} />}
      <Button kind="primary" type="submit" className={styles.submit} disabled={attempt.isPending}>
        {attempt.isPending ? "Saving…" : "Set the password and sign in"}
      </Button>
    </form>
  );
}
