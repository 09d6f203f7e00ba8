import { useSyncExternalStore } from "react";
import { type Toast, toasts } from "@/lib/toasts";
import { Button, IconButton } from "./Button";
import { CopyButton } from "./CopyButton";
import { Icon } from "./icon/Icon";
import styles from "./Toasts.module.css";

const ICONS: Record<Toast["tone"], string> = { info: "help", ok: "check", error: "warning" };

function ToastItem({ toast }: { toast: Toast }) {
  return (
    <div className={styles.toast} data-tone={toast.tone} role={toast.tone === "error" ? "alert" : "status"}>
      <Icon name={ICONS[toast.tone]} />
      <div className={styles.text}>
        <p>{toast.text}</p>
        {toast.detail !== undefined && toast.detail !== "" && <p className={styles.detail}>{toast.detail}</p>}
      </div>
      {toast.act !== undefined && (
        <Button
          kind="quiet"
          className={styles.act}
          onClick={() => {
            toasts.dismiss(toast.id);
            toast.act?.run();
          }}
        >
          {toast.act.label}
        </Button>
      )}
      {toast.requestId !== undefined && <CopyButton text={toast.requestId} label="Copy trace id" />}
      <IconButton
        icon="close"
        label="Dismiss"
        onClick={() => {
          toasts.dismiss(toast.id);
        }}
      />
    </div>
  );
}

/** What happened, in the corner: what went well goes away by itself, what did not stays until it is closed. */
export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.list);
  return (
    <section
      className={styles.toasts}
      aria-label="Messages"
      data-keymap="page"
      onPointerEnter={toasts.hold}
      onPointerLeave={toasts.release}
      onFocus={toasts.hold}
      onBlur={toasts.release}
    >
      {shown.map((toast) => (
        <ToastItem key={toast.id} toast={toast} />
      ))}
    </section>
  );
}
