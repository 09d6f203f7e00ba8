import { plural } from "@/lib/format";
import { Icon } from "@/ui/icon/Icon";
import { LOOKS, type Plan, planCounts, planLines } from "./plan_model";
import { PlanTimeline } from "./PlanTimeline";
import styles from "./edits.module.css";

const MOST = 500;

/** What an edit would change: as a timeline, in numbers, and shot by shot. */
export function PlanView({ plan }: { plan: Plan }) {
  const lines = planLines(plan);
  const counts = planCounts(plan);
  return (
    <section aria-label="Plan" className={styles.plan}>
      <p className={styles.counts}>
        {counts.length === 0 ? <strong>Nothing would change.</strong> : null}
        {counts.map(({ change, count }) => (
          <span key={change} className={styles.key} style={{ ["--hue" as string]: `var(--${LOOKS[change].hue})` }}>
            <Icon name={LOOKS[change].icon} />
            {count} {LOOKS[change].name.toLowerCase()}
          </span>
        ))}
        <span className={styles.dim}>{plan.unchanged} unchanged</span>
      </p>
      <PlanTimeline plan={plan} />
      {plan.unmatched.length > 0 && (
        <p className={styles.warning} role="status">
          <Icon name="warning" />
          {plural(plan.unmatched.length, "clip")} {plan.unmatched.length === 1 ? "means" : "mean"} no shot: {plan.unmatched.slice(0, 6).map(({ clip }) => clip).join(", ")}
          {plan.unmatched.length > 6 && " …"}. Say how clips are named if they should.
        </p>
      )}
      {lines.length > 0 && (
        <div className={styles.tableFrame} tabIndex={0} role="region" aria-label="Changes shot by shot">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Shot</th>
                <th scope="col">Change</th>
              </tr>
            </thead>
            <tbody>
              {lines.slice(0, MOST).map((line) => (
                <tr key={`${line.change} ${line.shot}`}>
                  <td>
                    <span className={styles.key} style={{ ["--hue" as string]: `var(--${LOOKS[line.change].hue})` }}>
                      <Icon name={LOOKS[line.change].icon} />
                      {LOOKS[line.change].name}
                    </span>
                  </td>
                  <th scope="row" className={styles.code}>{line.shot}</th>
                  <td className={styles.code}>{line.detail}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {lines.length > MOST && <p className={styles.dim}>and {String(lines.length - MOST)} more</p>}
        </div>
      )}
    </section>
  );
}
