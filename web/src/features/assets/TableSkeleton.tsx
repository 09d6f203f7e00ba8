import { Skeleton } from "@/ui/Skeleton";
import styles from "./assets.module.css";

const WIDTHS = [38, 26, 44, 31, 22, 40, 29, 35, 24, 42, 33, 27];

export function TableSkeleton() {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading the assets">
      {WIDTHS.map((width, index) => (
        <div key={index} className={styles.skeletonRow}>
          <Skeleton width={40} height={22} />
          <Skeleton width={`${String(width)}%`} />
        </div>
      ))}
    </div>
  );
}
