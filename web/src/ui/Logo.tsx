/** The rainbow bridge in three arcs. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" strokeWidth="3" strokeLinecap="round" aria-hidden="true">
      <path d="M3 25a13 13 0 0 1 26 0" stroke="var(--red)" />
      <path d="M8 25a8 8 0 0 1 16 0" stroke="var(--amber)" />
      <path d="M13 25a3 3 0 0 1 6 0" stroke="var(--blue)" />
    </svg>
  );
}
