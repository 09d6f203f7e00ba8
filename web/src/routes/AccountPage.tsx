import { KeyEditor } from "@/features/keys/KeyEditor";
import { PasswordForm } from "@/features/session/PasswordForm";
import { ProfileForm } from "@/features/session/ProfileForm";
import { useTitle } from "@/ui/use_title";
import styles from "./shell.module.css";

export function AccountPage() {
  useTitle("Your account");
  return (
    <div className={styles.pageBody}>
      <section className={styles.sheet} aria-labelledby="account-title">
        <h1 id="account-title" className={styles.heading}>
          Your account
        </h1>
        <ProfileForm />
        <h2 className={styles.heading}>Password</h2>
        <PasswordForm />
        <h2 className={styles.heading}>Keys</h2>
        <p className={styles.note}>They are kept in this browser. <kbd>?</kbd> shows those that work where you are.</p>
        <KeyEditor />
      </section>
    </div>
  );
}
