/** The thread that becomes an h. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" fill="none" stroke="currentColor" strokeWidth="2.1" strokeLinecap="round" aria-hidden>
      <path d="M6.5 3v20M6.5 16c0-4.6 2.6-7 6.1-7s5.4 2.3 5.4 5.7v4.3c0 2.4 1.2 4 3.5 4" />
      <circle cx="6.5" cy="9.2" r="2.3" fill="currentColor" stroke="none" />
    </svg>
  );
}

/** The loading mark: the thread draws itself. */
export function Thread({ label }: { label: string }) {
  return (
    <svg className="drawing" width="52" height="32" viewBox="0 0 52 32" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" role="img" aria-label={label}>
      <path pathLength="100" d="M2 22c8 0 8-14 16-14s6 16 14 16 8-10 18-10" />
    </svg>
  );
}
