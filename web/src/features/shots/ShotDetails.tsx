import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { statesQuery } from "@/api/workflow_queries";
import { CopyButton } from "@/ui/CopyButton";
import { ErrorState } from "@/ui/ErrorState";
import { Skeleton } from "@/ui/Skeleton";
import { StateBadge } from "@/ui/StateBadge";
import { Time } from "@/ui/Time";
import { FrameBar } from "./FrameBar";
import { shotQuery } from "./shot_queries";
import { addressOf } from "./shot_view";
import { ShotThumbnail } from "./ShotThumbnail";
import styles from "./shots.module.css";

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const valueText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

interface ShotDetailsProps {
  id: string;
  project: string;
  /** Its name stands elsewhere on the page. */
  headless?: boolean;
  children?: ReactNode;
}

/** What a shot is: its frames, its state, what people wrote about it. */
export function ShotDetails({ id, project, headless = false, children }: ShotDetailsProps) {
  const { data: shot, error, refetch } = useQuery(shotQuery(id));
  const { data: states } = useQuery(statesQuery(project, "shot"));
  if (shot === undefined && error !== null) return <ErrorState large error={error} onRetry={() => void refetch()} />;
  if (shot === undefined) {
    return (
      <div className={styles.details} role="status" aria-label="Loading the shot">
        <Skeleton width="60%" height={18} />
        <Skeleton width="80%" />
      </div>
    );
  }
  const address = addressOf(project, shot);
  return (
    <>
      <div className={styles.details}>
        {!headless && (
          <>
            {shot.thumbnail_url !== null && <ShotThumbnail url={shot.thumbnail_url} size="large" />}
            <div>
              <h2 className={styles.name}>{shot.code}</h2>
              {shot.name !== shot.label && <p dir="auto">{shot.name}</p>}
            </div>
          </>
        )}
        {shot.description !== "" && <p className={styles.description} dir="auto">{shot.description}</p>}
        <dl className={styles.facts}>
          <Fact name="Status">
            <StateBadge code={shot.status} state={states?.find(({ code }) => code === shot.status)} />
          </Fact>
          <Fact name="Cut">
            <FrameBar shot={shot} />
          </Fact>
          {shot.retime !== null && <Fact name="Speed">{shot.retime} ×</Fact>}
          {shot.fps !== null && <Fact name="Rate">{shot.fps}</Fact>}
          <Fact name="Address">
            <span className={styles.code}>{address}</span>
            <CopyButton text={address} label="Copy the address" />
          </Fact>
          {Object.entries(shot.metadata).map(([key, value]) => (
            <Fact key={key} name={key}>
              <span className={styles.wrap}>{valueText(value)}</span>
            </Fact>
          ))}
          <Fact name="Updated">
            <Time at={shot.updated_at} />
            <span className={styles.dim}>revision {shot.revision}</span>
          </Fact>
        </dl>
      </div>
      {children}
    </>
  );
}
