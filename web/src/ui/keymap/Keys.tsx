import { keyNames } from "./key_names";
import styles from "./KeyHelp.module.css";

/** A binding's keys as they are printed on a keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles.chord}>
      {keyNames(keys).map((chord, index) => (
        <span key={index} className={styles.chord}>
          {chord.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
