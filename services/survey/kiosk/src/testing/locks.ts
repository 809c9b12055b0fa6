/** The browser's Web Locks, as far as a sequence of exclusive requests goes. */
export function someLocks(): Pick<LockManager, "request"> {
  const last = new Map<string, Promise<unknown>>();
  const request = (name: string, work: () => Promise<unknown>) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work);
    last.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  };
  return { request: request as unknown as LockManager["request"] };
}
