/** Where everything meets: start, pairing, the interview, the link, and what is on the screen. */
import type { Hands, View } from "./App";
import type { Awake } from "./awake";
import { createClock } from "./clock";
import { readConfiguration } from "./configuration";
import type { Configuration } from "./configuration";
import { codeOfHash, loadIdentity, markRevoked, pair, tidyCode } from "./device";
import type { Identity } from "./device";
import { hex } from "./encoding";
import type { Score } from "./envelope";
import type { Flow } from "./flow";
import { Interview } from "./interview";
import { Link } from "./link";
import { Machine, exclusively } from "./machine";
import { createRecorder } from "./recorder";
import type { Recorder } from "./recorder";
import { openRing } from "./ring";
import { openStore } from "./store";
import { createTransport } from "./transport";

const STORE_RETRY_MS = 2_000;

export interface KioskEnvironment {
  readonly awake: Awake;
  readonly show: (view: View) => void;
  readonly onQuiet: () => void;
}

export class Kiosk {
  readonly #environment: KioskEnvironment;
  readonly #store = openStore();
  readonly #clock = createClock();
  readonly #transport = createTransport({
    fetch: fetch.bind(window),
    mono: this.#clock.mono,
    now: this.#clock.now,
  });
  readonly #machine: Machine;
  readonly #bootId = hex(crypto.getRandomValues(new Uint8Array(8)));
  #view: View = { kind: "starting" };
  #interview: Interview | null = null;
  #recorder: Recorder | null = null;
  #link: Link | null = null;

  constructor(environment: KioskEnvironment) {
    this.#environment = environment;
    this.#machine = new Machine(this.#store, this.#clock, environment.awake);
  }

  readonly hands: Hands = {
    touch: (touch) => void this.#interview?.take({ ...touch, at: this.#clock.mono() }),
    face: (score) => {
      const ballotId = crypto.randomUUID();
      void this.#interview?.take({ type: "face_touched", score, ballotId, at: this.#clock.mono() });
    },
    pair: (code) => void this.#pairWith(code),
    sendNow: () => {
      this.#link?.wake();
      void this.showMachine();
    },
    closeMachine: () => {
      if (this.#view.kind === "asking") this.#show({ ...this.#view, machine: null });
    },
  };

  /** True when the page may be replaced under nobody's hands. */
  get isQuiet(): boolean {
    return this.#view.kind !== "pairing" && this.#interview?.isQuiet !== false;
  }

  async start(): Promise<void> {
    const code = codeOfHash(location.hash);
    if (location.hash !== "") history.replaceState(null, "", location.pathname);
    const identity = await this.#identity();
    await this.#machine.persist();
    if (identity !== null && !identity.revoked) await this.#serve(identity);
    else if (code !== null) await this.#pairWith(code);
    else this.#askForCode(identity?.revoked === true);
  }

  async showMachine(): Promise<void> {
    const machine = await this.#machine.state();
    if (this.#view.kind === "asking") this.#show({ ...this.#view, machine });
  }

  #show(view: View): void {
    this.#view = view;
    this.#environment.show(view);
  }

  /** Nothing can be decided before the store has said who this tablet is, so it is asked until it answers. */
  async #identity(): Promise<Identity | null> {
    for (;;) {
      try {
        return await loadIdentity(this.#store);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, STORE_RETRY_MS));
      }
    }
  }

  #askForCode(revoked: boolean): void {
    this.#show({ kind: "pairing", code: "", busy: false, problem: revoked ? "pair_revoked" : null });
  }

  async #pairWith(text: string): Promise<void> {
    const code = tidyCode(text);
    this.#show({ kind: "pairing", code, busy: true, problem: null });
    await exclusively("cchc-pair", async () => {
      const outcome = await pair(this.#store, this.#transport, code).catch(() => UNREACHABLE);
      if (outcome.kind === "paired") {
        await this.#adopt(outcome.configuration);
        await this.#serve(outcome.identity);
      } else {
        const problem = outcome.kind === "refused" ? "pair_refused" : "pair_unreachable";
        this.#show({ kind: "pairing", code, busy: false, problem });
      }
    });
  }

  /** Begin to serve a counter: with what is cached at once, with what the server says as soon as it says it. */
  async #serve(identity: Identity): Promise<void> {
    this.#machine.deviceId = identity.deviceId;
    const writer = { device_id: identity.deviceId, boot_id: this.#bootId, now: this.#clock.now };
    const recorder = createRecorder(this.#store, openRing(localStorage), writer, (works) => {
      this.#machine.storeWorks = works;
    });
    this.#recorder = recorder;
    const cached = readConfiguration(await this.#store.recall("configuration").catch(() => undefined));
    if (cached === null) this.#show({ kind: "waiting" });
    else this.#begin(cached);
    this.#link = this.#tie(identity, recorder);
    this.#link.start();
  }

  #tie(identity: Identity, { recover }: Recorder): Link {
    return new Link(identity, {
      store: this.#store,
      transport: this.#transport,
      clock: this.#clock,
      health: () => this.#machine.health(),
      recover,
      onConfiguration: (body) => {
        void this.#adopt(body);
        return readConfiguration(body) !== null;
      },
      onAck: () => {
        this.#machine.lastAckAt = this.#clock.now();
      },
      onRevoked: () => void this.#retire(identity),
    });
  }

  async #adopt(body: unknown): Promise<void> {
    const configuration = readConfiguration(body);
    if (configuration === null) return;
    await this.#store.remember("configuration", body).catch(() => undefined);
    if (this.#interview !== null) this.#interview.configure(configuration);
    else if (this.#recorder !== null) this.#begin(configuration);
  }

  async #retire(identity: Identity): Promise<void> {
    this.#interview?.end();
    this.#interview = this.#recorder = this.#link = null;
    await markRevoked(this.#store, identity).catch(() => undefined);
    this.#askForCode(true);
  }

  #begin(configuration: Configuration): void {
    this.#interview = new Interview(configuration, {
      clock: this.#clock,
      newId: () => crypto.randomUUID(),
      record: (draft) => this.#recorder?.record(draft) ?? Promise.resolve(),
      onRecorded: () => {
        afterPaint(() => this.#link?.wake());
      },
      onQuiet: this.#environment.onQuiet,
      show: (flow, pressed) => {
        this.#ask(flow, pressed);
      },
    });
    this.#interview.begin();
  }

  #ask(flow: Flow, pressed: Score | null): void {
    if (this.#interview === null) return;
    const { configuration } = this.#interview;
    const machine = this.#view.kind === "asking" ? this.#view.machine : null;
    this.#show({ kind: "asking", flow, configuration, pressed, marked: this.#machine.needsCare(), machine });
  }
}

/** Let the screen be painted before more work begins: two frames, so that the first is on the glass. A hidden page has none. */
function afterPaint(work: () => void): void {
  if (document.hidden) work();
  else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(work)));
}

const UNREACHABLE = { kind: "unreachable" } as const;
