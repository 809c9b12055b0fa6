/** Keeps the screen on; counts the times that the system would not. */

export type Awake = ReturnType<typeof stayAwake>;

export function stayAwake() {
  let refusals = 0;
  let held: WakeLockSentinel | null = null;

  async function ask(): Promise<void> {
    if (document.visibilityState !== "visible" || (held !== null && !held.released)) return;
    try {
      held = await navigator.wakeLock.request("screen");
      held.addEventListener("release", () => void ask());
    } catch {
      refusals += 1;
    }
  }

  document.addEventListener("visibilitychange", () => void ask());
  void ask();
  return { ask, refusals: () => refusals };
}
