/** The clocks of this page load: the steady one, the wall, and the best anchor between ours and the server's. */
import { betterAnchor, captured, clockErrorMs, wallTime } from "./time";
import type { Anchor, Captured } from "./time";

export type Clock = ReturnType<typeof createClock>;

export function createClock() {
  let anchor: Anchor | null = null;
  const mono = () => performance.now();
  const now = () => Date.now();
  const wall = () => wallTime(now(), -new Date().getTimezoneOffset());
  return {
    mono,
    now,
    wall,
    anchor: () => anchor,
    met: (next: Anchor) => {
      anchor = betterAnchor(anchor, next);
    },
    captured: (at: number): Captured => captured(at, wall(), anchor),
    errorMs: () => clockErrorMs(anchor, mono(), now()),
  };
}
