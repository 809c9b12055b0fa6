/** How a tablet comes to serve a counter: as who it is already, by a code, or once the server knows it again. */
import { codeOfHash, loadIdentity, pair, tidyCode } from "./device";
import type { Identity } from "./device";
import { PAIRING_LOCK, exclusively } from "./locks";
import { knock } from "./standing";
import type { Store } from "./store";
import type { StringKey } from "./strings";
import type { Transport } from "./transport";

const STORE_RETRY_MS = 2_000;
const UNREACHABLE = { kind: "unreachable" } as const;

/** What the pairing screen shows: the code that was typed, and why it is asked for. */
export interface CodeQuestion {
  readonly code: string;
  readonly busy: boolean;
  readonly problem: StringKey | null;
}

export interface AdmissionEnvironment {
  readonly store: Store;
  readonly transport: Transport;
  readonly ask: (question: CodeQuestion) => void;
  readonly onStanding: (identity: Identity | null) => void;
  readonly adopt: (configuration: unknown) => Promise<void>;
  readonly serve: (identity: Identity) => Promise<void>;
}

export class Admission {
  readonly #environment: AdmissionEnvironment;
  /** A code from the address, for the case that the server turns out not to listen to this tablet. */
  offered: string | null = null;
  #endKnocking: () => void = () => undefined;

  constructor(environment: AdmissionEnvironment) {
    this.#environment = environment;
  }

  async begin(hash: string): Promise<void> {
    this.offered = codeOfHash(hash);
    await this.settle(await this.#identity());
  }

  /** Serve a counter, or be bound to one: by the code of the address, or by one that somebody types. */
  async settle(identity: Identity | null): Promise<void> {
    const exclusion = identity?.exclusion;
    this.#environment.onStanding(identity);
    if (identity !== null && exclusion === undefined) {
      await this.#serve(identity);
      return;
    }
    this.#ask("", exclusion === undefined ? null : `pair_${exclusion}`);
    if (identity !== null && exclusion === "unknown") this.#knock(identity);
    const code = this.offered;
    this.offered = null;
    if (code !== null) await this.pairWith(code);
  }

  async pairWith(text: string): Promise<void> {
    const { store, transport, onStanding, adopt } = this.#environment;
    const code = tidyCode(text);
    this.#ask(code, null, true);
    await exclusively(PAIRING_LOCK, async () => {
      const outcome = await pair(store, transport, code).catch(() => UNREACHABLE);
      if (outcome.kind === "paired") {
        onStanding(outcome.identity);
        await adopt(outcome.configuration);
        await this.#serve(outcome.identity);
      } else {
        this.#ask(code, outcome.kind === "refused" ? "pair_refused" : "pair_unreachable");
      }
    });
  }

  #ask(code: string, problem: StringKey | null, busy = false): void {
    this.#environment.ask({ code, busy, problem });
  }

  #serve(identity: Identity): Promise<void> {
    this.#endKnocking();
    return this.#environment.serve(identity);
  }

  #knock(identity: Identity): void {
    this.#endKnocking();
    this.#endKnocking = knock(identity, this.#environment, (now) => void this.settle(now));
  }

  /** Nothing can be decided before the store has said who this tablet is, so it is asked until it answers. */
  async #identity(): Promise<Identity | null> {
    for (;;) {
      try {
        return await loadIdentity(this.#environment.store);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, STORE_RETRY_MS));
      }
    }
  }
}
