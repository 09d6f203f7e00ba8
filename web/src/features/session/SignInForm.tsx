import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { problemFrom } from "@/lib/problem";
import { Button } from "@/ui/Button";
import { ErrorState } from "@/ui/ErrorState";
import { Field } from "@/ui/Field";
import { signIn } from "./session_queries";
import styles from "./session.module.css";

interface SignInFormProps {
  onSignedIn: () => void;
  /** The one who is to sign in again; without it anybody. */
  login?: string;
}

export function SignInForm({ onSignedIn, login: fixed }: SignInFormProps) {
  const [login, setLogin] = useState(fixed ?? "");
  const [password, setPassword] = useState("");
  const attempt = useMutation({ mutationFn: () => signIn(login.trim(), password), onSuccess: onSignedIn });
  const refused = attempt.error !== null && problemFrom(attempt.error).status === 401;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!attempt.isPending) attempt.mutate();
  };

  return (
    <form className={styles.form} onSubmit={submit}>
      <Field
        label="Login or email"
        name="login"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={fixed === undefined}
        readOnly={fixed !== undefined}
        required
        value={login}
        onChange={(event) => {
          setLogin(event.target.value);
        }}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus={fixed !== undefined}
        required
        value={password}
        onChange={(event) => {
          setPassword(event.target.value);
        }}
      />
      {refused && (
        <p role="alert" className={styles.refused}>
          That login and password don’t belong together.
        </p>
      )}
      {attempt.error !== null && !refused && <ErrorState error={attempt.error} />}
      <Button kind="primary" type="submit" className={styles.submit} disabled={attempt.isPending}>
        {attempt.isPending ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
