/** The tablet's memory: an append-only outbox in IndexedDB, every line on disk before anybody is thanked for it. */
import type { Range } from "./answers";
import { asked, finished, openDatabase } from "./database";
import { sha256Hex } from "./encoding";
import { GENESIS, envelopeLine } from "./envelope";
import type { Draft } from "./envelope";
import { openPen } from "./pen";

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

/** Acknowledged lines are kept for a server that may be restored, but not without end: oldest go first beyond this. */
export const MOST_ACKNOWLEDGED = 100_000;
const FORGET_AT_ONCE = 500;

export interface Writer {
  readonly device_id: string;
  readonly boot_id: string;
  readonly now: () => number;
}

export type Store = ReturnType<typeof openStore>;

/** Open the store. Nothing is touched before it is first used. */
export function openStore(name = "cchc-kiosk") {
  const heads = new Map<string, Head>();
  const forgetHeads = () => {
    heads.clear();
  };
  const pen = openPen(`${name}-pen`, forgetHeads);
  const { use, close } = openDatabase(name, createStores, forgetHeads);

  return {
    append: (draft: Draft, writer: Writer) =>
      pen.hold(() => use((database) => append(database, heads, draft, writer))),
    waiting: (device: string, limit: number) => use((database) => waiting(database, device, limit)),
    mark: (device: string, seqs: readonly number[], state: State, because?: string) =>
      use((database) => mark(database, device, seqs, state, because)),
    reopen: (device: string, ranges: readonly Range[], states: readonly State[]) =>
      use((database) => reopen(database, device, ranges, states)),
    forget: (device: string, backedUpThrough: number) =>
      use((database) => forget(database, device, backedUpThrough)),
    depth: (device: string) => use((database) => depth(database, device)),
    recall: (key: string) => use((database) => recall(database, key)),
    remember: (key: string, value: unknown) => use((database) => remember(database, key, value)),
    close,
  };
}

function createStores(database: IDBDatabase): void {
  const outbox = database.createObjectStore("outbox", { keyPath: ["device_id", "seq"] });
  outbox.createIndex("by_state", ["device_id", "state", "seq"]);
  outbox.createIndex("by_entry", "entry_id", { unique: true });
  database.createObjectStore("memory");
}

function inState(device: string, state: State): IDBKeyRange {
  return IDBKeyRange.bound([device, state, 0], [device, state, Number.MAX_SAFE_INTEGER]);
}

/**
 * Give a draft its place and write it, strictly and without looking anything up: the head is known by heart, and the
 * keys of the outbox refuse a place or an entry that is taken. Then the head is read anew, and so is the line made.
 */
async function append(
  database: IDBDatabase,
  heads: Map<string, Head>,
  draft: Draft,
  writer: Writer,
): Promise<Row> {
  const device = writer.device_id;
  for (;;) {
    const head = heads.get(device) ?? (await readHead(database, device));
    heads.set(device, head);
    const row = await nextRow(draft, writer, head);
    if (heads.get(device) !== head) continue;
    try {
      await write(database, row);
      heads.set(device, { seq: row.seq, sha256: row.sha256 });
      return row;
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "ConstraintError")) throw error;
      heads.delete(device);
      const before = await find(database, draft.entry_id);
      if (before !== undefined) return before;
      if ((await readHead(database, device)).seq === head.seq) throw error;
    }
  }
}

async function nextRow(draft: Draft, writer: Writer, head: Head): Promise<Row> {
  const { device_id, boot_id } = writer;
  const seq = head.seq + 1;
  const line = envelopeLine(draft, { device_id, boot_id, seq, prev: head.sha256 });
  const sha256 = await sha256Hex(line);
  return { device_id, seq, entry_id: draft.entry_id, line, sha256, state: WAITING, written_at: writer.now() };
}

function write(database: IDBDatabase, row: Row): Promise<void> {
  const transaction = database.transaction(["outbox", "memory"], "readwrite", { durability: "strict" });
  const { device_id, seq, sha256 } = row;
  transaction.objectStore("outbox").add(row);
  transaction.objectStore("memory").put({ seq, sha256 }, headKey(device_id));
  const written = finished(transaction);
  // Somebody waits: without this the browser commits only after it has told of each request's success.
  transaction.commit();
  return written;
}

function find(database: IDBDatabase, entryId: string): Promise<Row | undefined> {
  const outbox = database.transaction("outbox").objectStore("outbox");
  return asked(outbox.index("by_entry").get(entryId) as IDBRequest<Row | undefined>);
}

function waiting(database: IDBDatabase, device: string, limit: number): Promise<Row[]> {
  const outbox = database.transaction("outbox").objectStore("outbox");
  return asked(outbox.index("by_state").getAll(inState(device, WAITING), limit) as IDBRequest<Row[]>);
}

async function readHead(database: IDBDatabase, device: string): Promise<Head> {
  return ((await recall(database, headKey(device))) as Head | undefined) ?? { seq: 0, sha256: GENESIS };
}

function recall(database: IDBDatabase, key: string): Promise<unknown> {
  return asked<unknown>(database.transaction("memory").objectStore("memory").get(key));
}

function headKey(device: string): string {
  return `head:${device}`;
}

/** Marks need no strictness: a mark that a power cut takes back only sends the line again. */
async function mark(
  database: IDBDatabase,
  device: string,
  seqs: readonly number[],
  state: State,
  because?: string,
): Promise<void> {
  const transaction = database.transaction("outbox", "readwrite");
  const outbox = transaction.objectStore("outbox");
  for (const seq of seqs) {
    const reading = outbox.get([device, seq]) as IDBRequest<Row | undefined>;
    reading.onsuccess = () => {
      if (reading.result !== undefined)
        outbox.put({ ...reading.result, state, ...(because === undefined ? {} : { because }) });
    };
  }
  await finished(transaction);
}

async function reopen(
  database: IDBDatabase,
  device: string,
  ranges: readonly Range[],
  states: readonly State[],
): Promise<number> {
  const transaction = database.transaction("outbox", "readwrite");
  const done = finished(transaction);
  const outbox = transaction.objectStore("outbox");
  let count = 0;
  for (const [first, last] of ranges) {
    await eachRow(outbox, IDBKeyRange.bound([device, first], [device, last]), (cursor, row) => {
      if (!states.includes(row.state)) return true;
      cursor.update({ ...row, state: WAITING });
      count += 1;
      return true;
    });
  }
  await done;
  return count;
}

/** Let go of acknowledged lines that the server has backed up, oldest first and a bounded number at a time. */
async function forget(database: IDBDatabase, device: string, backedUpThrough: number): Promise<number> {
  const transaction = database.transaction("outbox", "readwrite");
  const done = finished(transaction);
  const index = transaction.objectStore("outbox").index("by_state");
  let spare = (await asked(index.count(inState(device, ACKNOWLEDGED)))) - MOST_ACKNOWLEDGED;
  let count = 0;
  await eachRow(index, inState(device, ACKNOWLEDGED), (cursor, row) => {
    if (row.seq > backedUpThrough && spare <= 0) return false;
    cursor.delete();
    spare -= 1;
    count += 1;
    return count < FORGET_AT_ONCE;
  });
  await done;
  return count;
}

/** Walk rows in order, for as long as the visitor wants another. */
async function eachRow(
  source: IDBObjectStore | IDBIndex,
  range: IDBKeyRange,
  visit: (cursor: IDBCursorWithValue, row: Row) => boolean,
): Promise<void> {
  const request = source.openCursor(range);
  let cursor = await asked(request);
  while (cursor !== null && visit(cursor, cursor.value as Row)) {
    cursor.continue();
    cursor = await asked(request);
  }
}

async function depth(database: IDBDatabase, device: string): Promise<Depth> {
  const transaction = database.transaction(["outbox", "memory"]);
  const index = transaction.objectStore("outbox").index("by_state");
  const [waiting, acknowledged, quarantined, oldest, head] = await Promise.all([
    asked(index.count(inState(device, WAITING))),
    asked(index.count(inState(device, ACKNOWLEDGED))),
    asked(index.count(inState(device, QUARANTINED))),
    asked(index.get(inState(device, WAITING)) as IDBRequest<Row | undefined>),
    asked(transaction.objectStore("memory").get(headKey(device)) as IDBRequest<Head | undefined>),
  ]);
  return {
    waiting,
    acknowledged,
    quarantined,
    lastSeq: head?.seq ?? 0,
    oldestWrittenAt: oldest?.written_at ?? null,
  };
}

async function remember(database: IDBDatabase, key: string, value: unknown): Promise<void> {
  const transaction = database.transaction("memory", "readwrite", { durability: "strict" });
  transaction.objectStore("memory").put(value, key);
  await finished(transaction);
}
