import { type ComponentProps, useId } from "react";
import styles from "./Field.module.css";

interface SelectFieldProps extends ComponentProps<"select"> {
  label: string;
  hint?: string;
  error?: string | undefined;
  options: readonly { value: string; name: string }[];
}

/** A labelled choice among a few. */
export function SelectField({ label, hint, error, options, ...select }: SelectFieldProps) {
  const id = useId();
  const described = error ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <select
        {...select}
        id={id}
        className={styles.input}
        aria-invalid={error !== undefined}
        aria-describedby={described === undefined ? undefined : `${id}-note`}
      >
        {options.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {described !== undefined && (
        <p id={`${id}-note`} className={error === undefined ? styles.hint : styles.error}>
          {described}
        </p>
      )}
    </div>
  );
}
