/** What only one tab may do at a time. */

/** Held by who changes what this tablet is. */
export const PAIRING_LOCK = "cchc-pair";

/** Run work that no second tab may run at the same time. */
export async function exclusively(name: string, work: () => Promise<void>): Promise<void> {
  if ("locks" in navigator) await navigator.locks.request(name, work);
  else await work();
}
