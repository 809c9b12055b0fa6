import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Draft } from "./envelope";
import { openPen } from "./pen";
import { openStore } from "./store";
import { someLocks } from "./testing/locks";

const writer = { device_id: "dev_1", boot_id: "b0", now: () => 0 };
let name = "";

function aDraft(): Draft {
  return {
    entry_id: crypto.randomUUID(),
    fact: { kind: "change", ballot_id: "b", score: 3 },
    captured: { mono_ms: 1, wall: "", anchor: null },
  };
}

beforeEach(() => {
  name = `pen-${crypto.randomUUID()}`;
  vi.stubGlobal("navigator", { locks: someLocks() });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("who holds the pen keeps it from line to line", async () => {
  const onGivenAway = vi.fn();
  const request = vi.spyOn(navigator.locks, "request");
  const pen = openPen(name, onGivenAway);
  for (let n = 0; n < 3; n += 1) await pen.hold(() => Promise.resolve());
  expect(request).toHaveBeenCalledOnce();
  expect(onGivenAway).not.toHaveBeenCalled();
});

test("another tab gets the pen between two lines, never within one", async () => {
  const order: string[] = [];
  const [one, two] = ["one", "two"].map((who) => {
    const pen = openPen(name, () => order.push(`${who} gives away`));
    return () =>
      pen.hold(async () => {
        order.push(`${who} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`${who} ends`);
      });
  });
  await one!();
  await Promise.all([one!(), two!()]);
  expect(order.slice(2)).toEqual(["one begins", "one ends", "one gives away", "two begins", "two ends"]);
});

test("a line that fails leaves the pen usable", async () => {
  const pen = openPen(name, () => undefined);
  await expect(pen.hold(() => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  expect(await pen.hold(() => Promise.resolve("written"))).toBe("written");
});

test("tabs that take turns share one sequence, even over lines that were let go", async () => {
  const [one, two] = [openStore(name), openStore(name)];
  await one.append(aDraft(), writer);
  for (let n = 0; n < 3; n += 1) await two.append(aDraft(), writer);
  await one.mark("dev_1", [1, 2, 3, 4], 1);
  expect(await one.forget("dev_1", 4)).toBe(4);
  expect((await one.append(aDraft(), writer)).seq).toBe(5);
});

test("the head is read once, however many lines follow", async () => {
  const store = openStore(name);
  await store.append(aDraft(), writer);
  const get = vi.spyOn(IDBObjectStore.prototype, "get");
  for (let n = 0; n < 5; n += 1) await store.append(aDraft(), writer);
  expect(get).not.toHaveBeenCalled();
  expect((await store.depth("dev_1")).lastSeq).toBe(6);
});
