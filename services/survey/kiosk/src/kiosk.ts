/** Where everything meets: start, pairing, the interview, the link, and what is on the screen. */
import { Admission } from "./admission";
import type { Hands, View } from "./App";
import type { Awake } from "./awake";
import { createClock } from "./clock";
import { readConfiguration } from "./configuration";
import type { Configuration } from "./configuration";
import type { Identity } from "./device";
import { hex } from "./encoding";
import type { Score } from "./envelope";
import type { Flow } from "./flow";
import { Interview } from "./interview";
import { Link } from "./link";
import { Machine } from "./machine";
import { createRecorder } from "./recorder";
import type { Recorder } from "./recorder";
import { openRing } from "./ring";
import type { MachineState } from "./screens/Operator";
import { markStanding } from "./standing";
import type { Exclusion } from "./standing";
import { openStore } from "./store";
import { createTransport } from "./transport";

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
  readonly #admission: Admission;
  readonly #bootId = hex(crypto.getRandomValues(new Uint8Array(8)));
  #view: View = { kind: "starting" };
  #interview: Interview | null = null;
  #recorder: Recorder | null = null;
  #link: Link | null = null;

  constructor(environment: KioskEnvironment) {
    this.#environment = environment;
    this.#machine = new Machine(this.#store, this.#clock, environment.awake);
    this.#admission = new Admission({
      store: this.#store,
      transport: this.#transport,
      ask: (question) => {
        this.#show({ kind: "pairing", ...question, machine: null });
      },
      onStanding: (identity) => {
        this.#machine.stands(identity);
      },
      adopt: (configuration) => this.#adopt(configuration),
      serve: (identity) => this.#serve(identity),
    });
  }

  readonly hands: Hands = {
    touch: (touch) => void this.#interview?.take({ ...touch, at: this.#clock.mono() }),
    face: (score) => {
      const ballotId = crypto.randomUUID();
      void this.#interview?.take({ type: "face_touched", score, ballotId, at: this.#clock.mono() });
    },
    pair: (code) => void this.#admission.pairWith(code),
    sendNow: () => {
      this.#link?.wake();
      void this.showMachine();
    },
    closeMachine: () => {
      this.#showMachine(null);
    },
  };

  /** True when the page may be replaced under nobody's hands. */
  get isQuiet(): boolean {
    return this.#view.kind !== "pairing" && this.#interview?.isQuiet !== false;
  }

  async start(): Promise<void> {
    const { hash, pathname } = location;
    if (hash !== "") history.replaceState(null, "", pathname);
    await this.#machine.persist();
    await this.#admission.begin(hash);
  }

  async showMachine(): Promise<void> {
    this.#showMachine(await this.#machine.state());
  }

  #showMachine(machine: MachineState | null): void {
    if ("machine" in this.#view) this.#show({ ...this.#view, machine });
  }

  #show(view: View): void {
    this.#view = view;
    this.#environment.show(view);
  }

  /** Begin to serve a counter: with what is cached at once, with what the server says as soon as it says it. */
  async #serve(identity: Identity): Promise<void> {
    this.#link?.stop();
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
        // The server listens to this tablet: no other pairing is wanted.
        this.#admission.offered = null;
        return readConfiguration(body) !== null;
      },
      onAck: () => {
        this.#machine.lastAckAt = this.#clock.now();
      },
      onExcluded: (exclusion) => void this.#retire(identity, exclusion),
    });
  }

  async #adopt(body: unknown): Promise<void> {
    const configuration = readConfiguration(body);
    if (configuration === null) return;
    await this.#store.remember("configuration", body).catch(() => undefined);
    if (this.#interview !== null) this.#interview.configure(configuration);
    else if (this.#recorder !== null) this.#begin(configuration);
  }

  /** Stop asking citizens; another tab may have paired the tablet anew, then it goes on in that name. */
  async #retire(identity: Identity, exclusion: Exclusion): Promise<void> {
    this.#interview?.end();
    this.#interview = this.#recorder = this.#link = null;
    await this.#admission.settle(await markStanding(this.#store, identity, exclusion));
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
