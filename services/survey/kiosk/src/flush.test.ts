import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Flusher } from "./flush";
import type { Exclusion } from "./standing";
import { openStore } from "./store";
import type { Store } from "./store";
import type { Reply, Request } from "./transport";

const writer = { device_id: "dev_1", boot_id: "b0", now: () => 0 };
const signer = { keyid: "dev_1", key: {} as CryptoKey };
let store: Store;

interface Line {
  readonly entry_id: string;
  readonly seq: number;
}

async function answerFor(request: Request): Promise<Reply> {
  const results = await Promise.all(linesOf(request).map(receipt));
  return answered({ results, missing: [], backed_up_through: 0 });
}

async function receipt(line: string): Promise<object> {
  const rows = await store.waiting("dev_1", 1_000);
  const { entry_id, seq } = JSON.parse(line) as Line;
  const sha256 = rows.find((row) => row.seq === seq)?.sha256;
  return { entry_id, seq, sha256, verdict: "created" };
}

function linesOf(request: Request): string[] {
  return new TextDecoder().decode(request.body).trimEnd().split("\n");
}

function answered(body: unknown): Reply {
  return { kind: "answered", body, sentMono: 0, receivedMono: 1 };
}

function aFlusher(
  send: (request: Request) => Promise<Reply>,
  onExcluded: (exclusion: Exclusion) => void = () => undefined,
) {
  return new Flusher(
    { store, transport: { send }, signer },
    {
      exclusively: (work) => work(),
      random: () => 0,
      onAnswer: () => undefined,
      onExcluded,
    },
  );
}

async function depth() {
  const { waiting, acknowledged, quarantined } = await store.depth("dev_1");
  return [waiting, acknowledged, quarantined];
}

beforeEach(async () => {
  store = openStore(`test-${crypto.randomUUID()}`);
  for (let n = 0; n < 105; n += 1) {
    await store.append(
      {
        entry_id: crypto.randomUUID(),
        fact: { kind: "change", ballot_id: "b", score: 3 },
        captured: { mono_ms: 1, wall: "", anchor: null },
      },
      writer,
    );
  }
});

test("batches hold at most a hundred lines, oldest first, and go on until nothing waits", async () => {
  const sizes: number[] = [];
  const flusher = aFlusher((request) => {
    sizes.push(linesOf(request).length);
    return answerFor(request);
  });
  flusher.wake();
  await vi.waitFor(
    async () => {
      expect(await depth()).toEqual([0, 105, 0]);
    },
    { timeout: 10_000 },
  );
  expect(sizes).toEqual([100, 5]);
});

test("an answer that names no line is tried again, and nothing is marked", async () => {
  const replies: Reply[] = [
    { kind: "not_sent", retryAfterMs: null },
    answered({ status: "connected" }),
    { kind: "refused", status: 503, code: "unavailable", retryAfterMs: 0 },
    answered({ results: [], missing: [], backed_up_through: 0 }),
  ];
  const flusher = aFlusher((request) => {
    const reply = replies.shift();
    return reply === undefined ? answerFor(request) : Promise.resolve(reply);
  });
  flusher.wake();
  await vi.waitFor(
    async () => {
      expect(await depth()).toEqual([0, 105, 0]);
    },
    { timeout: 10_000 },
  );
});

test("one line that the server cannot take is found and set aside; the others arrive", async () => {
  const flusher = aFlusher((request) =>
    linesOf(request).some((line) => (JSON.parse(line) as Line).seq === 42)
      ? Promise.resolve({ kind: "refused", status: 422, code: "no", retryAfterMs: null } as const)
      : answerFor(request),
  );
  flusher.wake();
  await vi.waitFor(
    async () => {
      expect(await depth()).toEqual([0, 104, 1]);
    },
    { timeout: 10_000 },
  );
});

test.each([401, 403, 404, 408, 429, 500])(
  "%d says nothing about a line: all of them wait",
  async (status) => {
    const send = vi.fn(() =>
      Promise.resolve({ kind: "refused", status, code: "no", retryAfterMs: 60_000 } as const),
    );
    const flusher = aFlusher(send);
    flusher.wake();
    await vi.waitFor(() => {
      expect(send).toHaveBeenCalledOnce();
    });
    flusher.stop();
    expect(await depth()).toEqual([105, 0, 0]);
  },
);

test.each([
  [403, "device_revoked", "revoked"],
  [401, "device_unknown", "unknown"],
] as const)(
  "a device refused with %d %s hears of it, and every line waits",
  async (status, code, exclusion) => {
    const onExcluded = vi.fn();
    const refused = { kind: "refused", status, code, retryAfterMs: null } as const;
    const flusher = aFlusher(() => Promise.resolve(refused), onExcluded);
    flusher.wake();
    await vi.waitFor(
      () => {
        expect(onExcluded).toHaveBeenCalledWith(exclusion);
      },
      { timeout: 10_000 },
    );
    flusher.stop();
    expect(await depth()).toEqual([105, 0, 0]);
  },
);

describe("a server that asks to be left alone", () => {
  const told = (status: number, retryAfterMs: number | null): Reply => ({
    kind: "refused",
    status,
    code: "busy",
    retryAfterMs,
  });

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    return () => {
      vi.useRealTimers();
    };
  });

  async function aWaitingFlusher(reply: Reply) {
    const send = vi.fn(() => Promise.resolve(reply));
    const flusher = aFlusher(send);
    flusher.wake();
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    return { send, flusher };
  }

  test.each([429, 503])(
    "with %d and Retry-After is, whoever touches the tablet meanwhile",
    async (status) => {
      const { send, flusher } = await aWaitingFlusher(told(status, 30_000));
      for (let second = 0; second < 30; second += 1) {
        flusher.wake();
        await vi.advanceTimersByTimeAsync(1_000);
      }
      expect(send).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(50);
      await vi.waitFor(() => {
        expect(send).toHaveBeenCalledTimes(2);
      });
      flusher.stop();
    },
  );

  test("by a page without a body is as well", async () => {
    const { send, flusher } = await aWaitingFlusher({ kind: "not_sent", retryAfterMs: 5_000 });
    flusher.wake();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(send).toHaveBeenCalledTimes(1);
    flusher.stop();
  });

  test("for no time at all is not asked in a busy loop", async () => {
    const { send, flusher } = await aWaitingFlusher(told(429, 0));
    await vi.advanceTimersByTimeAsync(49);
    expect(send).toHaveBeenCalledTimes(1);
    flusher.stop();
  });

  test("with 408 names no time: the next touch tries again", async () => {
    const { send, flusher } = await aWaitingFlusher(told(408, null));
    flusher.wake();
    await vi.waitFor(() => {
      expect(send).toHaveBeenCalledTimes(2);
    });
    expect(await depth()).toEqual([105, 0, 0]);
    flusher.stop();
  });
});
