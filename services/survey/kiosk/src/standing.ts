/** How this tablet stands with the server, and what a tablet does that the server does not know. */
import { readConfiguration } from "./configuration";
import { fetchConfiguration, loadIdentity, signerOf } from "./device";
import type { Identity } from "./device";
import { PAIRING_LOCK, exclusively } from "./locks";
import type { Store } from "./store";
import type { Reply, Transport } from "./transport";

/** The shortest wait between two questions, and half the longest. */
export const KNOCK_MS = 60_000;

/** Why the server does not listen to a tablet: it was sent away, or its pairing is in no backup that was restored. */
export type Exclusion = "revoked" | "unknown";

/** Read in a refusal that the server does not listen to this tablet; null for all else, which passes by itself. */
export function exclusionIn(reply: Reply): Exclusion | null {
  if (reply.kind !== "refused") return null;
  if (reply.status === 403 && reply.code.includes("revoked")) return "revoked";
  return reply.status === 401 && reply.code === "device_unknown" ? "unknown" : null;
}

/** Where the pairing stands, and the way to the server. */
export interface Door {
  readonly store: Pick<Store, "recall" | "remember">;
  readonly transport: Pick<Transport, "send">;
}

/** Write down how the tablet stands. Whoever was paired anew in another tab stays: gives who the tablet is now. */
export async function markStanding(
  store: Door["store"],
  identity: Identity,
  exclusion: Exclusion | undefined,
): Promise<Identity> {
  let now: Identity = { deviceId: identity.deviceId, keys: identity.keys, ...(exclusion && { exclusion }) };
  const mark = async () => {
    const stored = await loadIdentity(store);
    if (stored !== null && stored.deviceId !== now.deviceId) now = stored;
    else await store.remember("identity", now);
  };
  // A broken store keeps nobody from pairing.
  await exclusively(PAIRING_LOCK, mark).catch(() => undefined);
  return now;
}

/**
 * Ask for ever, but slowly, whether the server knows the tablet again, as it does once a newer backup is restored.
 * Gives the way to end it.
 */
export function knock(identity: Identity, door: Door, onChange: (now: Identity) => void): () => void {
  let now = identity;
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    timer = setTimeout(() => void turn(), KNOCK_MS * (1 + Math.random()));
  };
  const turn = async () => {
    now = await ask(now, door);
    if (ended) return;
    if (now.exclusion === "unknown") wait();
    else onChange(now);
  };
  wait();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** Only a configuration proves that the tablet is known; whatever else is heard, it stays as it stands. */
async function ask(identity: Identity, { store, transport }: Door): Promise<Identity> {
  const reply = await fetchConfiguration(transport, signerOf(identity));
  const known = reply.kind === "answered" && readConfiguration(reply.body) !== null;
  return markStanding(store, identity, known ? undefined : (exclusionIn(reply) ?? "unknown"));
}
