/** Time that a wrong wall clock cannot spoil: a steady clock of this page load, tied to the server's by anchors. */

/** A moment at which the server's time was heard: `mono_ms` is the steady clock on receipt, `rtt_ms` the whole exchange. */
export interface Anchor {
  readonly server: string;
  readonly mono_ms: number;
  readonly rtt_ms: number;
}

/** When an answer was given: by the steady clock, by the wall clock, and by the best anchor of this page load, if any. */
export interface Captured {
  readonly mono_ms: number;
  readonly wall: string;
  readonly anchor: Anchor | null;
}

/** A cheap quartz runs wrong by some 20 ppm; this is a generous bound, in milliseconds per millisecond. */
const DRIFT = 100e-6;

/** Write a wall-clock time as RFC 3339 with its offset, to the millisecond. */
export function wallTime(epochMs: number, offsetMinutes: number): string {
  const shifted = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(offsetMinutes);
  const hours = String(Math.floor(size / 60)).padStart(2, "0");
  const minutes = String(size % 60).padStart(2, "0");
  return `${shifted}${offsetMinutes < 0 ? "-" : "+"}${hours}:${minutes}`;
}

/** Tie the server's time to the steady clock; null when the server's words are not a time. */
export function anchorFrom(server: string, sentMono: number, receivedMono: number): Anchor | null {
  if (Number.isNaN(Date.parse(server))) return null;
  const rtt_ms = Math.max(0, receivedMono - sentMono);
  return { server, mono_ms: rounded(receivedMono), rtt_ms: rounded(rtt_ms) };
}

/** How far an anchor's estimate may be off at a moment of the steady clock, in milliseconds. */
export function uncertaintyMs(anchor: Anchor, mono: number): number {
  return anchor.rtt_ms / 2 + Math.abs(mono - anchor.mono_ms) * DRIFT;
}

/** Keep the anchor that knows the present better. */
export function betterAnchor(current: Anchor | null, next: Anchor): Anchor {
  if (current === null) return next;
  return uncertaintyMs(current, next.mono_ms) < uncertaintyMs(next, next.mono_ms) ? current : next;
}

/** How far the wall clock is ahead of the server's time, in milliseconds; null when the server was not met yet. */
export function clockErrorMs(anchor: Anchor | null, mono: number, wallEpochMs: number): number | null {
  if (anchor === null) return null;
  return wallEpochMs - (Date.parse(anchor.server) + anchor.rtt_ms / 2 + (mono - anchor.mono_ms));
}

/** Describe a moment for an envelope. */
export function captured(mono: number, wall: string, anchor: Anchor | null): Captured {
  return { mono_ms: rounded(mono), wall, anchor };
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
