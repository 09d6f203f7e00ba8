import type { ReactNode } from "react";
import { problemFrom, sentenceOf } from "@/lib/problem";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";
import { Icon } from "./icon/Icon";
import styles from "./states.module.css";

interface ErrorStateProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
  /** In the middle of a list or of a page; else one line. */
  large?: boolean;
  /** It is all that the page shows: its title is the page's heading. */
  page?: boolean;
  children?: ReactNode;
}

/** What went wrong, why, and what can be done: ask again, or give the trace id to whoever looks after the server. */
export function ErrorState({ error, onRetry, large = false, page = false, children }: ErrorStateProps) {
  const Title = page ? "h1" : "p";
  const problem = problemFrom(error);
  const sentence = sentenceOf(problem);
  const acts = (
    <>
      {onRetry !== undefined && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
      {problem.requestId !== undefined && <CopyButton wide text={problem.requestId} label="Copy trace id" />}
      {children}
    </>
  );
  if (!large) {
    return (
      <div role="alert" className={styles.inline}>
        <Icon name="warning" />
        <p className={styles.inlineText}>
          <strong>{problem.title}.</strong> {sentence}
        </p>
        {acts}
      </div>
    );
  }
  return (
    <div role="alert" className={styles.state}>
      <span className={`${styles.icon ?? ""} ${styles.warning ?? ""}`}>
        <Icon name="warning" size={20} />
      </span>
      <Title className={styles.title}>{problem.title}</Title>
      {sentence !== "" && <p className={styles.cause}>{sentence}</p>}
      <div className={styles.acts}>{acts}</div>
      {problem.requestId !== undefined && <p className={styles.trace}>trace id {problem.requestId}</p>}
    </div>
  );
}
