/** Where everything meets: start, pairing, the interview, the link, and what is on the screen. */
import type { Hands, View } from "./App";
import type { Awake } from "./awake";
import { createClock } from "./clock";
import { readConfiguration } from "./configuration";
import type { Configuration } from "./configuration";
import { codeOfHash, loadIdentity, markRevoked, pair, tidyCode } from "./device";
import type { Health, Identity } from "./device";
import { hex } from "./encoding";
import { startInterview } from "./interview";
import type { Interview } from "./interview";
import { startLink } from "./link";
import type { Link } from "./link";
import { batteryLevel, exclusively, isPersisted } from "./machine";
import { createRecorder } from "./recorder";
import type { Recorder } from "./recorder";
import { openRing } from "./ring";
import { CLOCK_LIMIT_MS } from "./screens/Operator";
import type { MachineState } from "./screens/Operator";
import { openStore } from "./store";
import { createTransport } from "./transport";

declare const __APP_VERSION__: string;

const STORE_RETRY_MS = 2_000;
const NO_DEPTH = { waiting: 0, acknowledged: 0, quarantined: 0, lastSeq: 0, oldestWrittenAt: null };

export interface KioskEnvironment {
  readonly awake: Awake;
  readonly show: (view: View) => void;
  readonly onQuiet: () => void;
}

export function createKiosk(environment: KioskEnvironment) {
  const store = openStore();
  const clock = createClock();
  const transport = createTransport({ fetch: fetch.bind(window), mono: clock.mono, now: clock.now });
  const bootId = hex(crypto.getRandomValues(new Uint8Array(8)));
  let view: View = { kind: "starting" };
  let identity: Identity | null = null;
  let interview: Interview | null = null;
  let recorder: Recorder | null = null;
  let link: Link | null = null;
  let storeWorks = true;
  let lastAckAt: number | null = null;
  let persisted: boolean | null = null;

  function show(next: View): void {
    view = next;
    environment.show(view);
  }

  async function start(): Promise<void> {
    const code = codeOfHash(location.hash);
    if (location.hash !== "") history.replaceState(null, "", location.pathname);
    try {
      identity = await loadIdentity(store);
    } catch {
      setTimeout(() => void start(), STORE_RETRY_MS);
      return;
    }
    persisted = await isPersisted();
    if (identity !== null && !identity.revoked) await serve(identity);
    else if (code !== null) await pairWith(code);
    else askForCode(identity?.revoked === true);
  }

  function askForCode(revoked: boolean): void {
    show({ kind: "pairing", code: "", busy: false, problem: revoked ? "pair_revoked" : null });
  }

  async function pairWith(text: string): Promise<void> {
    const code = tidyCode(text);
    show({ kind: "pairing", code, busy: true, problem: null });
    await exclusively("cchc-pair", async () => {
      const outcome = await pair(store, transport, code);
      if (outcome.kind !== "paired") {
        const problem = outcome.kind === "refused" ? "pair_refused" : "pair_unreachable";
        show({ kind: "pairing", code, busy: false, problem });
        return;
      }
      await adopt(outcome.configuration);
      await serve(outcome.identity);
    });
  }

  /** Begin to serve a counter: with what is cached at once, with what the server says as soon as it says it. */
  async function serve(paired: Identity): Promise<void> {
    identity = paired;
    const writer = { device_id: paired.deviceId, boot_id: bootId, now: clock.now };
    recorder = createRecorder(store, openRing(localStorage), writer, onStoreHealth);
    const { recover } = recorder;
    const cached = readConfiguration(await store.recall("configuration").catch(() => undefined));
    if (cached === null) show({ kind: "waiting" });
    else begin(cached);
    link = startLink(paired, {
      ...{ store, transport, clock, health, recover },
      onConfiguration: (body) => {
        void adopt(body);
        return readConfiguration(body) !== null;
      },
      onAck: () => (lastAckAt = clock.now()),
      onRevoked: () => void retire(paired),
    });
  }

  async function adopt(body: unknown): Promise<void> {
    const configuration = readConfiguration(body);
    if (configuration === null) return;
    await store.remember("configuration", body).catch(() => undefined);
    if (interview !== null) interview.configure(configuration);
    else if (recorder !== null) begin(configuration);
  }

  async function retire(revoked: Identity): Promise<void> {
    interview?.end();
    interview = recorder = link = null;
    identity = { ...revoked, revoked: true };
    await markRevoked(store, revoked).catch(() => undefined);
    askForCode(true);
  }

  function begin(configuration: Configuration): void {
    interview = startInterview(configuration, {
      clock,
      newId: () => crypto.randomUUID(),
      record: (draft) => recorder?.record(draft) ?? Promise.resolve(),
      onRecorded: () => link?.wake(),
      onQuiet: environment.onQuiet,
      show: (flow, pressed) => {
        const inUse = interview?.configuration() ?? configuration;
        const machine = view.kind === "asking" ? view.machine : null;
        show({ kind: "asking", flow, configuration: inUse, pressed, marked: isMarked(), machine });
      },
    });
  }

  function onStoreHealth(works: boolean): void {
    storeWorks = works;
  }

  function isMarked(): boolean {
    return !storeWorks || Math.abs(clock.errorMs() ?? 0) > CLOCK_LIMIT_MS;
  }

  async function health(): Promise<Health> {
    const depth = await depthNow();
    return {
      queued: depth.waiting,
      oldest_unsent_seconds: secondsSince(depth.oldestWrittenAt),
      battery: await batteryLevel(),
      persisted,
      wake_lock_refusals: environment.awake.refusals(),
      app_version: __APP_VERSION__,
      clock: { mono_ms: Math.round(clock.mono() * 10) / 10, wall: clock.wall(), anchor: clock.anchor() },
    };
  }

  function depthNow() {
    return store.depth(identity?.deviceId ?? "").catch(() => NO_DEPTH);
  }

  function secondsSince(epochMs: number | null): number {
    return epochMs === null ? 0 : Math.max(0, Math.round((clock.now() - epochMs) / 100) / 10);
  }

  async function showMachine(): Promise<void> {
    const depth = await depthNow();
    const machine: MachineState = {
      deviceId: identity?.deviceId ?? "",
      version: __APP_VERSION__,
      queued: depth.waiting,
      oldestSeconds: secondsSince(depth.oldestWrittenAt),
      kept: depth.acknowledged,
      quarantined: depth.quarantined,
      lastSeq: depth.lastSeq,
      lastAckAt,
      storage: !storeWorks ? "broken" : persisted === true ? "ok" : "weak",
      clockErrorMs: clock.errorMs(),
    };
    if (view.kind === "asking") show({ ...view, machine });
  }

  const hands: Hands = {
    touch: (touch) => void interview?.take({ ...touch, at: clock.mono() }),
    face: (score) =>
      void interview?.take({ type: "face_touched", score, ballotId: crypto.randomUUID(), at: clock.mono() }),
    pair: (code) => void pairWith(code),
    sendNow: () => {
      link?.wake();
      void showMachine();
    },
    closeMachine: () => {
      if (view.kind === "asking") show({ ...view, machine: null });
    },
  };

  return {
    start,
    hands,
    showMachine: () => void showMachine(),
    isQuiet: () => view.kind !== "pairing" && (interview === null || interview.isQuiet()),
  };
}
