/** Where answers wait when IndexedDB is gone: memory, and the last few hundred in localStorage. */
import type { Draft } from "./envelope";

const KEY = "cchc-kiosk-ring";
const MOST_STORED = 500;

/** The part of `localStorage` that the ring needs. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export type Ring = ReturnType<typeof openRing>;

/** Open the ring with what an earlier page load left in it. */
export function openRing(storage: TextStorage) {
  let drafts: readonly Draft[] = read(storage);

  function keep(next: readonly Draft[]): void {
    drafts = next;
    try {
      storage.setItem(KEY, JSON.stringify(drafts.slice(-MOST_STORED)));
    } catch {
      // A full or forbidden localStorage leaves memory, which is still better than refusing a citizen.
    }
  }

  return {
    all: () => drafts,
    push: (draft: Draft) => {
      keep([...drafts, draft]);
    },
    remove: (entryId: string) => {
      keep(drafts.filter((draft) => draft.entry_id !== entryId));
    },
  };
}

function read(storage: TextStorage): readonly Draft[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? (stored as Draft[]) : [];
  } catch {
    return [];
  }
}
