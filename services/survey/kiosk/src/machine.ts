/** What the browser tells about the machine. Each question may go unanswered on some tablets. */

interface Battery {
  readonly level: number;
}

/** The battery's charge from 0 to 1, or null where the browser does not say. */
export async function batteryLevel(): Promise<number | null> {
  const source = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  try {
    return source.getBattery === undefined ? null : (await source.getBattery()).level;
  } catch {
    return null;
  }
}

/** Whether the browser promised not to evict what is stored, or null where it does not say. */
export async function isPersisted(): Promise<boolean | null> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return null;
  }
}

/** Run work that no second tab may run at the same time. */
export async function exclusively(name: string, work: () => Promise<void>): Promise<void> {
  if ("locks" in navigator) await navigator.locks.request(name, work);
  else await work();
}
