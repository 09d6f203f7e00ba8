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
      </section>
    </div>
  );
}
