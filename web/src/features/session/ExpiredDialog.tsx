import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { meQuery } from "@/api/me_queries";
import { sessionGate } from "@/lib/session_gate";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { SignInForm } from "./SignInForm";
import styles from "./session.module.css";

/** The session ended in the middle of the work: sign in again right here, and everything that waits goes on. */
export function ExpiredDialog() {
  const queryClient = useQueryClient();
  const expired = useSyncExternalStore(sessionGate.subscribe, sessionGate.isExpired);
  const me = queryClient.getQueryData(meQuery.queryKey);
  if (me === undefined) return null;
  return (
    <Dialog title="Sign in again" size="small" open={expired}>
      <div className={styles.form}>
        <p className={styles.note}>Your session has ended. Nothing is lost: what you were doing goes on after the sign-in.</p>
        <SignInForm
          login={me.user.code}
          onSignedIn={() => {
            sessionGate.signedInAgain();
          }}
        />
        <Button
          kind="quiet"
          onClick={() => {
            sessionGate.disarm();
          }}
        >
          Leave this page
        </Button>
      </div>
    </Dialog>
  );
}
