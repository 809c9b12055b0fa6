/** Writes drafts down in order, whatever happens to the store, and never makes a citizen wait for a broken one. */
import type { Draft } from "./envelope";
import type { Ring } from "./ring";
import type { Store, Writer } from "./store";

const PATIENCE_MS = 2_000;

export type Recorder = ReturnType<typeof createRecorder>;

/** `onHealth` hears whether the store works, each time that is learned. */
export function createRecorder(
  store: Pick<Store, "append">,
  ring: Ring,
  writer: Writer,
  onHealth: (works: boolean) => void,
  patienceMs = PATIENCE_MS,
) {
  let last: Promise<void> = Promise.resolve();

  async function write(draft: Draft): Promise<void> {
    await inTime(store.append(draft, writer), patienceMs);
  }

  /** Move what waits in the ring into the store, oldest first. An entry that got there before is found by its id. */
  async function drain(): Promise<void> {
    for (const draft of ring.all()) {
      await write(draft);
      ring.remove(draft.entry_id);
    }
  }

  /** The ring is for what the store did not take: while it is empty, nothing but the store is written to. */
  async function attempt(draft: Draft | null): Promise<void> {
    try {
      await drain();
      if (draft !== null) await write(draft);
      onHealth(true);
    } catch {
      if (draft !== null) ring.push(draft);
      onHealth(false);
    }
  }

  function queue(draft: Draft | null): Promise<void> {
    last = last.then(() => attempt(draft));
    return last;
  }

  return {
    /** Write a draft down; resolved when it is on disk, or, with the store gone, in the ring. */
    record: (draft: Draft) => queue(draft),
    /** Try again what an earlier failure left in the ring. */
    recover: () => (ring.all().length === 0 ? Promise.resolve() : queue(null)),
  };
}

function inTime<T>(work: Promise<T>, patienceMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error("the store does not answer"));
    }, patienceMs);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
