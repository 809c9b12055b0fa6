import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Identity } from "./device";
import { KNOCK_MS, exclusionIn, knock, markStanding } from "./standing";
import { aConfigurationBody } from "./testing/configuration";
import { newKeyPair } from "./signing";
import { createTransport } from "./transport";
import type { Reply } from "./transport";

const refused = (status: number, code: string): Reply => ({
  kind: "refused",
  status,
  code,
  retryAfterMs: null,
});
const UNKNOWN = refused(401, "device_unknown");
const keys = await newKeyPair();
const paired: Identity = { deviceId: "dev_1", keys };
const unknown: Identity = { ...paired, exclusion: "unknown" };

function aStore(stored: Identity) {
  const memory = new Map<string, unknown>([["identity", stored]]);
  return {
    recall: (key: string) => Promise.resolve(memory.get(key)),
    remember: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
    identity: () => memory.get("identity") as Identity,
  };
}

test("only the server's own words take a tablet out of service", () => {
  expect(exclusionIn(UNKNOWN)).toBe("unknown");
  expect(exclusionIn(refused(403, "device_revoked"))).toBe("revoked");
});

test.each([
  refused(401, "nonce_stale"),
  refused(401, "signature_invalid"),
  refused(401, "token_expired"),
  refused(403, "device_unknown"),
  refused(404, "device_unknown"),
  refused(503, "device_unknown"),
  { kind: "not_sent", retryAfterMs: null } as const,
])("anything else passes by itself: %o", (reply) => {
  expect(exclusionIn(reply)).toBeNull();
});

test("a tablet that another tab has paired anew stays paired", async () => {
  const anew = { ...paired, deviceId: "dev_2" };
  const store = aStore(anew);
  const now = await markStanding(store, paired, "unknown");
  expect([now.deviceId, now.exclusion]).toEqual(["dev_2", undefined]);
  expect(store.identity()).toBe(anew);
});

test("a request refused for an unknown tablet is not sent again at once", async () => {
  const body = JSON.stringify({ code: "device_unknown" });
  const headers = { "Content-Type": "application/problem+json", "Device-Nonce": "fresh" };
  const fetch = vi.fn(() => Promise.resolve(new Response(body, { status: 401, headers })));
  const transport = createTransport({ fetch, mono: () => 0, now: () => 0 });
  const request = { method: "GET", path: "/", body: new Uint8Array() } as const;
  expect(await transport.send(request, { keyid: "dev_1", key: keys.privateKey })).toEqual(UNKNOWN);
  expect(fetch).toHaveBeenCalledOnce();
});

beforeEach(() => {
  vi.stubGlobal("navigator", {});
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function knocking(...replies: Reply[]) {
  const store = aStore(unknown);
  const send = vi.fn(() => Promise.resolve(replies.shift() ?? UNKNOWN));
  const onChange = vi.fn();
  const end = knock(unknown, { store, transport: { send } }, onChange);
  return { store, send, onChange, end };
}

test("an unknown tablet asks no more than once a minute, for ever", async () => {
  const { send, onChange, end } = knocking();
  await vi.advanceTimersByTimeAsync(60 * KNOCK_MS);
  expect(send.mock.calls.length).toBeGreaterThanOrEqual(29);
  expect(send.mock.calls.length).toBeLessThanOrEqual(60);
  expect(onChange).not.toHaveBeenCalled();
  end();
});

test("a portal's page, an outage and another refusal do not make it known", async () => {
  const portal = { kind: "answered", body: { status: "connected" }, sentMono: 0, receivedMono: 1 } as const;
  const { store, onChange, end } = knocking(
    portal,
    { kind: "not_sent", retryAfterMs: null },
    refused(401, "nonce_stale"),
  );
  await vi.advanceTimersByTimeAsync(10 * KNOCK_MS);
  expect(onChange).not.toHaveBeenCalled();
  expect(store.identity().exclusion).toBe("unknown");
  end();
});

test("its configuration brings it back", async () => {
  const { store, send, onChange } = knocking(UNKNOWN, {
    kind: "answered",
    body: aConfigurationBody(),
    sentMono: 0,
    receivedMono: 1,
  });
  await vi.advanceTimersByTimeAsync(10 * KNOCK_MS);
  expect(onChange).toHaveBeenCalledOnce();
  expect(store.identity().exclusion).toBeUndefined();
  expect(send).toHaveBeenCalledTimes(2);
});

test("whoever ends the knocking hears nothing more of it", async () => {
  const { send, onChange, end } = knocking();
  end();
  await vi.advanceTimersByTimeAsync(10 * KNOCK_MS);
  expect(send).not.toHaveBeenCalled();
  expect(onChange).not.toHaveBeenCalled();
});
