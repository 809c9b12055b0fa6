import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import { sha256Hex } from "./encoding";
import { GENESIS } from "./envelope";
import type { Draft } from "./envelope";
import { ACKNOWLEDGED, QUARANTINED, WAITING, openStore } from "./store";
import type { Store } from "./store";

const writer = { device_id: "dev_1", boot_id: "b0", now: () => 1_000 };
let name = "";
let store: Store;

function aDraft(entry_id: string = crypto.randomUUID()): Draft {
  return {
    entry_id,
    fact: { kind: "change", ballot_id: "b", score: 3 },
    captured: { mono_ms: 1, wall: "2021-06-18T08:00:00.000+07:00", anchor: null },
  };
}

async function fill(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await store.append(aDraft(), writer);
}

beforeEach(() => {
  name = `test-${crypto.randomUUID()}`;
  store = openStore(name);
});

describe("the outbox", () => {
  test("numbers lines from one and chains each to the bytes before it", async () => {
    await fill(3);
    const rows = await store.waiting("dev_1", 100);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const [first, second] = rows;
    expect(JSON.parse(first!.line)).toMatchObject({ seq: 1, prev: GENESIS });
    expect(JSON.parse(second!.line)).toMatchObject({ prev: await sha256Hex(first!.line) });
  });

  test("keeps one sequence when two tabs write at once", async () => {
    const other = openStore(name);
    await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? store : other).append(aDraft(), writer)));
    const rows = await store.waiting("dev_1", 100);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    for (const [index, row] of rows.entries()) {
      const before = rows[index - 1];
      expect((JSON.parse(row.line) as { prev: string }).prev).toBe(before?.sha256 ?? GENESIS);
    }
  });

  test("writes an entry once, however often it is asked to", async () => {
    const draft = aDraft();
    const first = await store.append(draft, writer);
    await fill(1);
    expect((await store.append(draft, writer)).seq).toBe(first.seq);
    expect((await store.depth("dev_1")).waiting).toBe(2);
  });

  test("starts a new sequence for a new device and keeps the old one's lines", async () => {
    await fill(2);
    const row = await store.append(aDraft(), { ...writer, device_id: "dev_2" });
    expect(row.seq).toBe(1);
    expect((await store.depth("dev_1")).waiting).toBe(2);
  });

  test("survives a connection that the browser dropped", async () => {
    await fill(1);
    await store.close();
    await fill(1);
    expect((await store.depth("dev_1")).lastSeq).toBe(2);
  });
});

describe("lines that were answered", () => {
  test("wait no more, but stay", async () => {
    await fill(3);
    await store.mark("dev_1", [1], ACKNOWLEDGED);
    await store.mark("dev_1", [2], QUARANTINED, "422 refused");
    expect(await store.depth("dev_1")).toEqual({
      waiting: 1,
      acknowledged: 1,
      quarantined: 1,
      lastSeq: 3,
      oldestWrittenAt: 1_000,
    });
  });

  test("wait again when the server misses them", async () => {
    await fill(4);
    await store.mark("dev_1", [1, 2, 3], ACKNOWLEDGED);
    expect(await store.reopen("dev_1", [[2, 9]], [ACKNOWLEDGED])).toBe(2);
    expect((await store.waiting("dev_1", 100)).map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });

  test("are let go only when acknowledged and backed up, oldest first", async () => {
    await fill(5);
    await store.mark("dev_1", [1, 3, 4], ACKNOWLEDGED);
    expect(await store.forget("dev_1", 3)).toBe(2);
    const rows = await Promise.all([store.waiting("dev_1", 100), store.depth("dev_1")]);
    expect(rows[0].map(({ seq, state }) => [seq, state])).toEqual([
      [2, WAITING],
      [5, WAITING],
    ]);
    expect(rows[1].acknowledged).toBe(1);
  });
});
