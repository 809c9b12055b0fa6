/** The tablet's tie to the server: sends what waits, reports, fetches its configuration. Nobody's touch waits for it. */
import { backoffMs } from "./backoff";
import type { Clock } from "./clock";
import { fetchConfiguration, sendHeartbeat, signerOf } from "./device";
import type { Health, Identity } from "./device";
import { createFlusher } from "./flush";
import { exclusively } from "./machine";
import { ACKNOWLEDGED, QUARANTINED } from "./store";
import type { Store } from "./store";
import { anchorFrom } from "./time";
import type { Reply, Transport } from "./transport";

const HEARTBEAT_MS = 60_000;
const SLOWEST_RETRY_MS = 60_000;

export interface LinkEnvironment {
  readonly store: Store;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly health: () => Promise<Health>;
  readonly recover: () => Promise<void>;
  readonly onConfiguration: (body: unknown) => boolean;
  readonly onAck: () => void;
  readonly onRevoked: () => void;
}

export type Link = ReturnType<typeof startLink>;

export function startLink(identity: Identity, environment: LinkEnvironment) {
  const { store, transport, clock } = environment;
  const signer = signerOf(identity);
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let stopped = false;

  const flusher = createFlusher(store, transport, signer, {
    exclusively: (work) => exclusively(`cchc-flush-${identity.deviceId}`, work),
    random: Math.random,
    onAnswer: environment.onAck,
    onRevoked: revoked,
  });

  function revoked(): void {
    stop();
    environment.onRevoked();
  }

  /** Do something for ever: after success at the given pace, after failure with full jitter. */
  function keepDoing(work: () => Promise<boolean>, everyMs: number): void {
    let failures = 0;
    const turn = async () => {
      const worked = await work().catch(() => false);
      failures = worked ? 0 : failures + 1;
      const retry = Math.min(SLOWEST_RETRY_MS, backoffMs(failures, Math.random()));
      if (!stopped) later(() => void turn(), worked ? everyMs : retry);
    };
    void turn();
  }

  function later(work: () => void, delayMs: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, delayMs);
    timers.add(timer);
  }

  function watchRevocation(reply: Reply): void {
    if (reply.kind === "refused" && reply.status === 403 && reply.code.includes("revoked")) revoked();
  }

  async function configure(): Promise<boolean> {
    const reply = await fetchConfiguration(transport, signer);
    watchRevocation(reply);
    return reply.kind === "answered" && environment.onConfiguration(reply.body);
  }

  async function report(): Promise<boolean> {
    const reply = await sendHeartbeat(transport, signer, await environment.health());
    if (!("answer" in reply)) {
      watchRevocation(reply);
      return false;
    }
    const anchor = anchorFrom(reply.answer.serverTime, reply.sentMono, reply.receivedMono);
    if (anchor !== null) clock.met(anchor);
    await store.reopen(identity.deviceId, reply.answer.resend, [ACKNOWLEDGED, QUARANTINED]);
    await store.forget(identity.deviceId, reply.answer.backedUpThrough);
    return true;
  }

  async function reportAndSend(): Promise<boolean> {
    await environment.recover();
    const heard = await report();
    flusher.wake();
    return heard;
  }

  function onVisible(): void {
    if (document.visibilityState === "visible") flusher.wake();
  }

  function stop(): void {
    stopped = true;
    flusher.stop();
    for (const timer of timers) clearTimeout(timer);
    window.removeEventListener("online", flusher.wake);
    document.removeEventListener("visibilitychange", onVisible);
  }

  window.addEventListener("online", flusher.wake);
  document.addEventListener("visibilitychange", onVisible);
  flusher.wake();
  keepDoing(configure, HEARTBEAT_MS * 10);
  keepDoing(reportAndSend, HEARTBEAT_MS);
  return { wake: flusher.wake, stop };
}
