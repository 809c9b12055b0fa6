/** How long to wait before asking again: full jitter from 1 s to 5 min, for ever. */

const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;

/** Wait a random part of a window that doubles with each failure. `random` is in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  return Math.max(50, random * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 20)));
}

/** Read a `Retry-After` header, which names seconds or a date; null when it names neither. */
export function retryAfterMs(header: string | null, nowEpochMs: number): number | null {
  if (header === null) return null;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowEpochMs;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.min(seconds, LONGEST_MS));
}
