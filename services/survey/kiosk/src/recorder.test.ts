import { expect, test } from "vitest";
import type { Draft } from "./envelope";
import { createRecorder } from "./recorder";
import { openRing } from "./ring";
import type { Row } from "./store";

const writer = { device_id: "dev_1", boot_id: "b0", now: () => 0 };
const aDraft = (entry_id: string) => ({ entry_id }) as Draft;

function aStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

function aStore() {
  const written: string[] = [];
  const state = { broken: false, stuck: false };
  const append = (draft: Draft) => {
    if (state.stuck) return new Promise<Row>(() => undefined);
    if (state.broken) return Promise.reject(new Error("gone"));
    written.push(draft.entry_id);
    return Promise.resolve({} as Row);
  };
  return { written, state, append };
}

test("what a broken store cannot take waits in the ring, and goes in first when it works again", async () => {
  const [store, storage, health] = [aStore(), aStorage(), [] as boolean[]];
  const recorder = createRecorder(store, openRing(storage), writer, (works) => health.push(works));
  store.state.broken = true;
  await recorder.record(aDraft("one"));
  await recorder.record(aDraft("two"));
  expect(
    openRing(storage)
      .all()
      .map(({ entry_id }) => entry_id),
  ).toEqual(["one", "two"]);
  store.state.broken = false;
  await recorder.record(aDraft("three"));
  expect(store.written).toEqual(["one", "two", "three"]);
  expect(openRing(storage).all()).toEqual([]);
  expect(health).toEqual([false, false, true]);
});

test("a store that does not answer keeps nobody waiting", async () => {
  const [store, storage] = [aStore(), aStorage()];
  const recorder = createRecorder(store, openRing(storage), writer, () => undefined, 5);
  store.state.stuck = true;
  await recorder.record(aDraft("one"));
  expect(openRing(storage).all().length).toBe(1);
});

test("the ring outlives the page, and a storage that refuses leaves memory", async () => {
  const storage = aStorage();
  openRing(storage).push(aDraft("one"));
  const store = aStore();
  await createRecorder(store, openRing(storage), writer, () => undefined).recover();
  expect(store.written).toEqual(["one"]);
  const full = openRing({
    getItem: () => "not json",
    setItem: () => {
      throw new Error("full");
    },
  });
  full.push(aDraft("two"));
  expect(full.all().length).toBe(1);
});
