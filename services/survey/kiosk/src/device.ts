/** Who this tablet is: its key, its pairing, its configuration, its report. */
import { isRecord, readHeartbeatAnswer } from "./answers";
import type { HeartbeatAnswer } from "./answers";
import { utf8 } from "./encoding";
import { newKeyPair, publicJwk, thumbprint } from "./signing";
import type { Exclusion } from "./standing";
import type { Store } from "./store";
import type { Anchor } from "./time";
import type { Reply, Signer, Transport } from "./transport";

const PAIR_PATH = "/api/survey/v1/devices/pair";
const CONFIGURATION_PATH = "/api/survey/v1/devices/me/configuration";
const HEARTBEAT_PATH = "/api/survey/v1/devices/me/heartbeat";
const NOTHING = utf8("");

/** A tablet that is bound to a counter. The private key cannot be read, only used. */
export interface Identity {
  readonly deviceId: string;
  readonly keys: CryptoKeyPair;
  /** Why the server does not listen to it any more. */
  readonly exclusion?: Exclusion;
}

/** What a tablet reports of itself. */
export interface Health {
  readonly queued: number;
  /** The highest number this tablet has written: after a restore the server asks for what it no longer has. */
  readonly last_seq: number;
  readonly oldest_unsent_seconds: number;
  readonly battery: number | null;
  readonly persisted: boolean | null;
  readonly wake_lock_refusals: number;
  readonly app_version: string;
  readonly clock: { readonly mono_ms: number; readonly wall: string; readonly anchor: Anchor | null };
}

export type Pairing =
  | { readonly kind: "paired"; readonly identity: Identity; readonly configuration: unknown }
  | { readonly kind: "refused" }
  | { readonly kind: "unreachable" };

type Memory = Pick<Store, "recall" | "remember">;

export function signerOf(identity: Identity): Signer {
  return { keyid: identity.deviceId, key: identity.keys.privateKey };
}

export async function loadIdentity(store: Memory): Promise<Identity | null> {
  return ((await store.recall("identity")) as Identity | undefined) ?? null;
}

/** Bring a typed or scanned code to the form it was printed in. */
export function tidyCode(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}

/** Read the pairing code of an address such as `/kiosk/#code=ABCD2345`. */
export function codeOfHash(hash: string): string | null {
  const code = tidyCode(new URLSearchParams(hash.replace(/^#/, "")).get("code") ?? "");
  return code === "" ? null : code;
}

/**
 * Bind this tablet to the counter that the code stands for. The key is on disk before the code is spent, and a code
 * whose answer got lost is spent again with the same key.
 */
export async function pair(
  store: Memory,
  transport: Pick<Transport, "sendWith">,
  code: string,
): Promise<Pairing> {
  const keys = await pairingKeys(store, code);
  const public_jwk = await publicJwk(keys.publicKey);
  const signer = { keyid: await thumbprint(public_jwk), key: keys.privateKey };
  const body = utf8(JSON.stringify({ code, public_jwk }));
  const request = { method: "POST", path: PAIR_PATH, body, contentType: "application/json" } as const;
  const reply = await transport.sendWith(request, signer, code);
  if (reply.kind === "refused") return { kind: "refused" };
  if (reply.kind === "not_sent" || !isRecord(reply.body)) return { kind: "unreachable" };
  const { device_id, configuration } = reply.body;
  if (typeof device_id !== "string") return { kind: "unreachable" };
  const identity = { deviceId: device_id, keys };
  await store.remember("identity", identity);
  return { kind: "paired", identity, configuration };
}

async function pairingKeys(store: Memory, code: string): Promise<CryptoKeyPair> {
  const begun = (await store.recall("pairing")) as { code: string; keys: CryptoKeyPair } | undefined;
  if (begun?.code === code) return begun.keys;
  const keys = await newKeyPair();
  await store.remember("pairing", { code, keys });
  return keys;
}

export async function fetchConfiguration(transport: Pick<Transport, "send">, signer: Signer): Promise<Reply> {
  return transport.send({ method: "GET", path: CONFIGURATION_PATH, body: NOTHING }, signer);
}

/** Report, and hear the server's time and wishes. */
export async function sendHeartbeat(
  transport: Pick<Transport, "send">,
  signer: Signer,
  health: Health,
): Promise<
  { readonly answer: HeartbeatAnswer; readonly sentMono: number; readonly receivedMono: number } | Reply
> {
  const body = utf8(JSON.stringify(health));
  const request = { method: "POST", path: HEARTBEAT_PATH, body, contentType: "application/json" } as const;
  const reply = await transport.send(request, signer);
  if (reply.kind !== "answered") return reply;
  const answer = readHeartbeatAnswer(reply.body);
  if (answer === null) return { kind: "not_sent", retryAfterMs: null };
  return { answer, sentMono: reply.sentMono, receivedMono: reply.receivedMono };
}
