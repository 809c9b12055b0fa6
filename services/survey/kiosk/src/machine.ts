/** What is known of the machine itself. Each question to the browser may go unanswered on some tablets. */
import type { Awake } from "./awake";
import type { Clock } from "./clock";
import type { Health, Identity } from "./device";
import { CLOCK_LIMIT_MS } from "./screens/Operator";
import type { MachineState } from "./screens/Operator";
import type { Depth, Store } from "./store";

declare const __APP_VERSION__: string;

const NO_DEPTH: Depth = { waiting: 0, acknowledged: 0, quarantined: 0, lastSeq: 0, oldestWrittenAt: null };

export class Machine {
  storeWorks = true;
  lastAckAt: number | null = null;
  readonly #store: Pick<Store, "depth">;
  readonly #clock: Clock;
  readonly #awake: Awake;
  #persisted: boolean | null = null;
  #identity: Identity | null = null;

  constructor(store: Pick<Store, "depth">, clock: Clock, awake: Awake) {
    this.#store = store;
    this.#clock = clock;
    this.#awake = awake;
  }

  /** Take who the tablet is, and how it stands with the server. */
  stands(identity: Identity | null): void {
    this.#identity = identity;
  }

  /** Ask the browser never to evict what is stored. */
  async persist(): Promise<void> {
    this.#persisted = await isPersisted();
  }

  /** True when somebody should come and look: a broken store, or a clock so wrong that encryption may fail. */
  needsCare(): boolean {
    return !this.storeWorks || Math.abs(this.#clock.errorMs() ?? 0) > CLOCK_LIMIT_MS;
  }

  /** What the tablet reports of itself. */
  async health(): Promise<Health> {
    const depth = await this.#depth();
    return {
      queued: depth.waiting,
      last_seq: depth.lastSeq,
      oldest_unsent_seconds: this.#secondsSince(depth.oldestWrittenAt),
      battery: await batteryLevel(),
      persisted: this.#persisted,
      wake_lock_refusals: this.#awake.refusals(),
      app_version: __APP_VERSION__,
      clock: this.#clock.captured(this.#clock.mono()),
    };
  }

  /** What the hidden corner shows. */
  async state(): Promise<MachineState> {
    const depth = await this.#depth();
    return {
      deviceId: this.#deviceId,
      exclusion: this.#identity?.exclusion,
      version: __APP_VERSION__,
      queued: depth.waiting,
      oldestSeconds: this.#secondsSince(depth.oldestWrittenAt),
      kept: depth.acknowledged,
      quarantined: depth.quarantined,
      lastSeq: depth.lastSeq,
      lastAckAt: this.lastAckAt,
      storage: !this.storeWorks ? "broken" : this.#persisted === true ? "ok" : "weak",
      clockErrorMs: this.#clock.errorMs(),
    };
  }

  get #deviceId(): string {
    return this.#identity?.deviceId ?? "";
  }

  #depth(): Promise<Depth> {
    return this.#store.depth(this.#deviceId).catch(() => NO_DEPTH);
  }

  #secondsSince(epochMs: number | null): number {
    return epochMs === null ? 0 : Math.max(0, Math.round((this.#clock.now() - epochMs) / 100) / 10);
  }
}

interface Battery {
  readonly level: number;
}

/** The battery's charge from 0 to 1, or null where the browser does not say. */
async function batteryLevel(): Promise<number | null> {
  const source = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  try {
    return source.getBattery === undefined ? null : (await source.getBattery()).level;
  } catch {
    return null;
  }
}

async function isPersisted(): Promise<boolean | null> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return null;
  }
}
