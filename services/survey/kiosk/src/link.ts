/** The tablet's tie to the server: sends what waits, reports, fetches its configuration. Nobody's touch waits for it. */
import { backoffMs } from "./backoff";
import type { Clock } from "./clock";
import { fetchConfiguration, sendHeartbeat, signerOf } from "./device";
import type { Health, Identity } from "./device";
import { Flusher } from "./flush";
import { exclusively } from "./locks";
import { exclusionIn } from "./standing";
import type { Exclusion } from "./standing";
import { ACKNOWLEDGED, QUARANTINED } from "./store";
import type { Store } from "./store";
import { anchorFrom } from "./time";
import type { Reply, Signer, Transport } from "./transport";

const HEARTBEAT_MS = 60_000;
const CONFIGURE_MS = 600_000;
const SLOWEST_RETRY_MS = 60_000;

export interface LinkEnvironment {
  readonly store: Store;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly health: () => Promise<Health>;
  readonly recover: () => Promise<void>;
  readonly onConfiguration: (body: unknown) => boolean;
  readonly onAck: () => void;
  readonly onExcluded: (exclusion: Exclusion) => void;
}

export class Link {
  readonly #identity: Identity;
  readonly #environment: LinkEnvironment;
  readonly #signer: Signer;
  readonly #flusher: Flusher;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** How long the server asked for silence when it last answered a report or a question. */
  #toldMs = 0;
  #stopped = false;

  constructor(identity: Identity, environment: LinkEnvironment) {
    const { store, transport, onAck } = environment;
    this.#identity = identity;
    this.#environment = environment;
    this.#signer = signerOf(identity);
    this.#flusher = new Flusher(
      { store, transport, signer: this.#signer },
      {
        exclusively: (work) => exclusively(`cchc-flush-${identity.deviceId}`, work),
        random: Math.random,
        onAnswer: onAck,
        onExcluded: this.#excluded,
      },
    );
  }

  start(): void {
    window.addEventListener("online", this.#onOnline);
    document.addEventListener("visibilitychange", this.#onVisible);
    this.wake();
    this.#keepDoing(() => this.#configure(), CONFIGURE_MS);
    this.#keepDoing(() => this.#reportAndSend(), HEARTBEAT_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#flusher.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    window.removeEventListener("online", this.#onOnline);
    document.removeEventListener("visibilitychange", this.#onVisible);
  }

  /** Send what waits, now. */
  wake(): void {
    this.#flusher.wake();
  }

  readonly #onOnline = (): void => {
    this.wake();
  };

  readonly #onVisible = (): void => {
    if (document.visibilityState === "visible") this.wake();
  };

  readonly #excluded = (exclusion: Exclusion): void => {
    if (this.#stopped) return;
    this.stop();
    this.#environment.onExcluded(exclusion);
  };

  /** Do something for ever: after success at the given pace, after failure with full jitter. */
  #keepDoing(work: () => Promise<boolean>, everyMs: number): void {
    let failures = 0;
    const turn = async () => {
      const worked = await work().catch(() => false);
      failures = worked ? 0 : failures + 1;
      const retryMs = Math.min(SLOWEST_RETRY_MS, backoffMs(failures, Math.random()));
      if (!this.#stopped) this.#later(() => void turn(), worked ? everyMs : this.#toldMs + retryMs);
    };
    void turn();
  }

  #later(work: () => void, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }

  #heed(reply: Reply): void {
    this.#toldMs = "retryAfterMs" in reply ? (reply.retryAfterMs ?? 0) : 0;
    const exclusion = exclusionIn(reply);
    if (exclusion !== null) this.#excluded(exclusion);
  }

  async #configure(): Promise<boolean> {
    const { transport, onConfiguration } = this.#environment;
    const reply = await fetchConfiguration(transport, this.#signer);
    this.#heed(reply);
    return reply.kind === "answered" && onConfiguration(reply.body);
  }

  async #reportAndSend(): Promise<boolean> {
    await this.#environment.recover();
    const heard = await this.#report();
    this.wake();
    return heard;
  }

  async #report(): Promise<boolean> {
    const { store, transport, clock, health } = this.#environment;
    const { deviceId } = this.#identity;
    const reply = await sendHeartbeat(transport, this.#signer, await health());
    if (!("answer" in reply)) {
      this.#heed(reply);
      return false;
    }
    const anchor = anchorFrom(reply.answer.serverTime, reply.sentMono, reply.receivedMono);
    if (anchor !== null) clock.met(anchor);
    await store.reopen(deviceId, reply.answer.resend, [ACKNOWLEDGED, QUARANTINED]);
    await store.forget(deviceId, reply.answer.backedUpThrough);
    return true;
  }
}
