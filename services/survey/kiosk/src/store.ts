/** The tablet's memory: an append-only outbox in IndexedDB, every line on disk before anybody is thanked for it. */
import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";
import type { Range } from "./answers";
import { sha256Hex } from "./encoding";
import { GENESIS, envelopeLine } from "./envelope";
import type { Draft } from "./envelope";

/** Where a line is on its way. Numbers, because an index cannot hold words and booleans in order. */
export const WAITING = 0;
export const ACKNOWLEDGED = 1;
export const QUARANTINED = 2;
export type State = typeof WAITING | typeof ACKNOWLEDGED | typeof QUARANTINED;

/** One line and where it stands. `line`'s UTF-8 bytes are the envelope. */
export interface Row {
  readonly device_id: string;
  readonly seq: number;
  readonly entry_id: string;
  readonly line: string;
  readonly sha256: string;
  readonly state: State;
  readonly written_at: number;
  readonly because?: string;
}

export interface Depth {
  readonly waiting: number;
  readonly acknowledged: number;
  readonly quarantined: number;
  readonly lastSeq: number;
  readonly oldestWrittenAt: number | null;
}

interface Head {
  readonly seq: number;
  readonly sha256: string;
}

interface Schema extends DBSchema {
  outbox: {
    key: [string, number];
    value: Row;
    indexes: { by_state: [string, number, number]; by_entry: string };
  };
  memory: { key: string; value: unknown };
}

type Database = IDBPDatabase<Schema>;

/** Acknowledged lines are kept for a server that may be restored, but not without end: oldest go first beyond this. */
export const MOST_ACKNOWLEDGED = 100_000;
const FORGET_AT_ONCE = 500;

export interface Writer {
  readonly device_id: string;
  readonly boot_id: string;
  readonly now: () => number;
}

export type Store = ReturnType<typeof openStore>;

/** Open the store. The connection is made at first use and made again when the browser drops it. */
export function openStore(name = "cchc-kiosk") {
  let opened: Promise<Database> | null = null;
  const heads = new Map<string, Head>();

  function connect(): Promise<Database> {
    opened ??= open(name, () => (opened = null)).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  }

  /** Use the database; when the connection turns out dead, open it anew and try once more. */
  async function use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    try {
      return await work(await connect());
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      opened = null;
      return work(await connect());
    }
  }

  return {
    append: (draft: Draft, writer: Writer) => use((database) => append(database, heads, draft, writer)),
    waiting: (device: string, limit: number) =>
      use((database) => database.getAllFromIndex("outbox", "by_state", inState(device, WAITING), limit)),
    mark: (device: string, seqs: readonly number[], state: State, because?: string) =>
      use((database) => mark(database, device, seqs, state, because)),
    reopen: (device: string, ranges: readonly Range[], states: readonly State[]) =>
      use((database) => reopen(database, device, ranges, states)),
    forget: (device: string, backedUpThrough: number) =>
      use((database) => forget(database, device, backedUpThrough)),
    depth: (device: string) => use((database) => depth(database, device)),
    recall: (key: string) => use((database) => database.get("memory", key)),
    remember: (key: string, value: unknown) => use((database) => remember(database, key, value)),
    close: async () => {
      (await connect()).close();
      opened = null;
    },
  };
}

function open(name: string, onLost: () => void): Promise<Database> {
  return openDB<Schema>(name, 1, {
    upgrade(database) {
      const outbox = database.createObjectStore("outbox", { keyPath: ["device_id", "seq"] });
      outbox.createIndex("by_state", ["device_id", "state", "seq"]);
      outbox.createIndex("by_entry", "entry_id", { unique: true });
      database.createObjectStore("memory");
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      onLost();
    },
    terminated: onLost,
  });
}

function isLostConnection(error: unknown): boolean {
  return (
    error instanceof DOMException && ["InvalidStateError", "AbortError", "UnknownError"].includes(error.name)
  );
}

function inState(device: string, state: State): IDBKeyRange {
  return IDBKeyRange.bound([device, state, 0], [device, state, Number.MAX_SAFE_INTEGER]);
}

/**
 * Give a draft its place and write it, strictly. The hash is computed before the transaction, since none may wait for
 * it inside; when another tab took the place meanwhile, the head read inside tells, and the line is made anew.
 */
async function append(
  database: Database,
  heads: Map<string, Head>,
  draft: Draft,
  writer: Writer,
): Promise<Row> {
  let head = heads.get(writer.device_id) ?? (await readHead(database, writer.device_id));
  for (;;) {
    const row = await nextRow(draft, writer, head);
    const outcome = await writeAfter(database, row, head);
    heads.set(writer.device_id, outcome.head);
    if (outcome.row !== null) return outcome.row;
    head = outcome.head;
  }
}

async function nextRow(draft: Draft, writer: Writer, head: Head): Promise<Row> {
  const { device_id, boot_id } = writer;
  const seq = head.seq + 1;
  const line = envelopeLine(draft, { device_id, boot_id, seq, prev: head.sha256 });
  const sha256 = await sha256Hex(line);
  return { device_id, seq, entry_id: draft.entry_id, line, sha256, state: WAITING, written_at: writer.now() };
}

async function writeAfter(
  database: Database,
  row: Row,
  head: Head,
): Promise<{ readonly head: Head; readonly row: Row | null }> {
  const transaction = database.transaction(["outbox", "memory"], "readwrite", { durability: "strict" });
  const outbox = transaction.objectStore("outbox");
  const memory = transaction.objectStore("memory");
  const key = headKey(row.device_id);
  const [known, before] = await Promise.all([memory.get(key), outbox.index("by_entry").get(row.entry_id)]);
  const current = (known as Head | undefined) ?? { seq: 0, sha256: GENESIS };
  if (before !== undefined || current.seq !== head.seq || current.sha256 !== head.sha256) {
    await transaction.done;
    return { head: current, row: before ?? null };
  }
  const next = { seq: row.seq, sha256: row.sha256 };
  const written = [outbox.add(row), memory.put(next, key)];
  // Somebody waits: without this the browser commits only after it has told of each request's success.
  transaction.commit();
  await Promise.all([...written, transaction.done]);
  return { head: next, row };
}

async function readHead(database: Database, device: string): Promise<Head> {
  return ((await database.get("memory", headKey(device))) as Head | undefined) ?? { seq: 0, sha256: GENESIS };
}

function headKey(device: string): string {
  return `head:${device}`;
}

/** Marks need no strictness: a mark that a power cut takes back only sends the line again. */
async function mark(
  database: Database,
  device: string,
  seqs: readonly number[],
  state: State,
  because?: string,
): Promise<void> {
  const transaction = database.transaction("outbox", "readwrite");
  await Promise.all(
    seqs.map(async (seq) => {
      const row = await transaction.store.get([device, seq]);
      if (row !== undefined)
        await transaction.store.put({ ...row, state, ...(because === undefined ? {} : { because }) });
    }),
  );
  await transaction.done;
}

async function reopen(
  database: Database,
  device: string,
  ranges: readonly Range[],
  states: readonly State[],
): Promise<number> {
  const transaction = database.transaction("outbox", "readwrite");
  let count = 0;
  for (const [first, last] of ranges) {
    let cursor = await transaction.store.openCursor(IDBKeyRange.bound([device, first], [device, last]));
    for (; cursor !== null; cursor = await cursor.continue()) {
      if (!states.includes(cursor.value.state)) continue;
      await cursor.update({ ...cursor.value, state: WAITING });
      count += 1;
    }
  }
  await transaction.done;
  return count;
}

/** Let go of acknowledged lines that the server has backed up, oldest first and a bounded number at a time. */
async function forget(database: Database, device: string, backedUpThrough: number): Promise<number> {
  const transaction = database.transaction("outbox", "readwrite");
  const index = transaction.store.index("by_state");
  let spare = (await index.count(inState(device, ACKNOWLEDGED))) - MOST_ACKNOWLEDGED;
  let count = 0;
  let cursor = await index.openCursor(inState(device, ACKNOWLEDGED));
  for (; cursor !== null && count < FORGET_AT_ONCE; cursor = await cursor.continue()) {
    if (cursor.value.seq > backedUpThrough && spare <= 0) break;
    await cursor.delete();
    spare -= 1;
    count += 1;
  }
  await transaction.done;
  return count;
}

async function depth(database: Database, device: string): Promise<Depth> {
  const transaction = database.transaction(["outbox", "memory"]);
  const index = transaction.objectStore("outbox").index("by_state");
  const [waiting, acknowledged, quarantined, oldest, head] = await Promise.all([
    index.count(inState(device, WAITING)),
    index.count(inState(device, ACKNOWLEDGED)),
    index.count(inState(device, QUARANTINED)),
    index.get(inState(device, WAITING)),
    transaction.objectStore("memory").get(headKey(device)),
  ]);
  const lastSeq = (head as Head | undefined)?.seq ?? 0;
  return { waiting, acknowledged, quarantined, lastSeq, oldestWrittenAt: oldest?.written_at ?? null };
}

async function remember(database: Database, key: string, value: unknown): Promise<void> {
  const transaction = database.transaction("memory", "readwrite", { durability: "strict" });
  await Promise.all([transaction.store.put(value, key), transaction.done]);
}
