import type { ReactNode } from "react";
import { Logo } from "@/ui/Logo";
import styles from "./session.module.css";

interface EntryCardProps {
  title: string;
  note?: string;
  children: ReactNode;
}

/** The frame of the pages that stand before the sign-in. */
export function EntryCard({ title, note, children }: EntryCardProps) {
  return (
    <main className={styles.entry}>
      <div className={styles.card}>
        <p className={styles.brand}>
          <Logo size={28} />
          Bifrost
        </p>
        <h1 className={styles.heading}>{title}</h1>
        {note !== undefined && <p className={styles.note}>{note}</p>}
        {children}
      </div>
    </main>
  );
}
