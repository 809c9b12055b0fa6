/** The one sender: oldest first, a hundred lines at a time, until the server has named every one of them. */
import { readBatchAnswer } from "./answers";
import type { BatchAnswer } from "./answers";
import { backoffMs } from "./backoff";
import { utf8 } from "./encoding";
import { exclusionIn } from "./standing";
import type { Exclusion } from "./standing";
import { ACKNOWLEDGED, QUARANTINED } from "./store";
import type { Row, Store } from "./store";
import type { Reply, Signer, Transport } from "./transport";

export const BATCH_PATH = "/api/survey/v1/ballots/batch";
const MOST_LINES = 100;

/** Refusals that speak about what was sent, not about who sent it or when. */
const ABOUT_THE_LINES = new Set([400, 413, 422]);

/** Ends a run: all sent, or wait; `retryAfterMs` is the server's own wish. */
type Outcome =
  | { readonly kind: "progress" }
  | { readonly kind: "empty" }
  | { readonly kind: "wait"; readonly retryAfterMs: number | null };

export interface FlushEnvironment {
  readonly exclusively: (work: () => Promise<void>) => Promise<void>;
  readonly random: () => number;
  readonly onAnswer: (answer: BatchAnswer) => void;
  readonly onExcluded: (exclusion: Exclusion) => void;
}

type FlushStore = Pick<Store, "waiting" | "mark" | "reopen" | "forget">;

/** What sends: where lines wait, how they travel, and in whose name. */
export interface Route {
  readonly store: FlushStore;
  readonly transport: Pick<Transport, "send">;
  readonly signer: Signer;
}

type Sender = Route & { readonly environment: FlushEnvironment };

/** `wake()` sends now, unless the server named a time; after a failure the flusher wakes itself, for ever, ever more rarely. */
export class Flusher {
  readonly #sender: Sender;
  #failures = 0;
  #running = false;
  #again = false;
  #stopped = false;
  #toldToWait = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(route: Route, environment: FlushEnvironment) {
    this.#sender = { ...route, environment };
  }

  /** Send what waits. A call while sending is under way makes sure of one more look afterwards. */
  readonly wake = (): void => {
    if (this.#stopped || this.#toldToWait) return;
    this.#again = this.#running;
    if (!this.#running) void this.#turn();
  };

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #turn(): Promise<void> {
    this.#running = true;
    await this.#run().catch(() => {
      this.#sleep(null);
    });
    this.#running = false;
    if (this.#again) this.wake();
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    let outcome = { kind: "progress" } as Outcome;
    await this.#sender.environment.exclusively(async () => {
      while (outcome.kind === "progress" && !this.#stopped) {
        outcome = await attempt(this.#sender);
        if (outcome.kind !== "wait") this.#failures = 0;
      }
    });
    if (outcome.kind === "wait") this.#sleep(outcome.retryAfterMs);
  }

  #sleep(retryAfterMs: number | null): void {
    if (this.#stopped) return;
    const jittered = backoffMs(this.#failures, this.#sender.environment.random());
    this.#failures += 1;
    this.#toldToWait = retryAfterMs !== null;
    // The jitter comes on top: all tablets of a server are told the same time.
    this.#timer = setTimeout(
      () => {
        this.#toldToWait = false;
        this.wake();
      },
      (retryAfterMs ?? 0) + jittered,
    );
  }
}

async function attempt(sender: Sender): Promise<Outcome> {
  const rows = await sender.store.waiting(sender.signer.keyid, MOST_LINES);
  return rows.length === 0 ? { kind: "empty" } : deliver(sender, rows);
}

async function deliver(sender: Sender, rows: readonly Row[]): Promise<Outcome> {
  const reply = await post(sender, rows);
  switch (reply.kind) {
    case "not_sent":
      return { kind: "wait", retryAfterMs: reply.retryAfterMs };
    case "refused":
      return refused(sender, rows, reply);
    case "answered": {
      const answer = readBatchAnswer(reply.body);
      return answer === null ? { kind: "wait", retryAfterMs: null } : acknowledge(sender, rows, answer);
    }
  }
}

function post({ transport, signer }: Sender, rows: readonly Row[]): Promise<Reply> {
  const body = utf8(rows.map((row) => `${row.line}\n`).join(""));
  return transport.send(
    { method: "POST", path: BATCH_PATH, body, contentType: "application/x-ndjson" },
    signer,
  );
}

/** A refused batch is halved until the one line is found that the server cannot take; that line is set aside, never lost. */
async function refused(
  sender: Sender,
  rows: readonly Row[],
  reply: Reply & { readonly kind: "refused" },
): Promise<Outcome> {
  const { status, code } = reply;
  const exclusion = exclusionIn(reply);
  if (exclusion !== null) sender.environment.onExcluded(exclusion);
  if (!ABOUT_THE_LINES.has(status)) return { kind: "wait", retryAfterMs: reply.retryAfterMs };
  if (rows.length > 1) {
    const half = Math.ceil(rows.length / 2);
    const first = await deliver(sender, rows.slice(0, half));
    return first.kind === "wait" ? first : deliver(sender, rows.slice(half));
  }
  await sender.store.mark(
    sender.signer.keyid,
    rows.map((row) => row.seq),
    QUARANTINED,
    `${status} ${code}`,
  );
  return { kind: "progress" };
}

/** Believe the server line by line: the id and the hash of the very bytes that were sent. */
async function acknowledge(sender: Sender, rows: readonly Row[], answer: BatchAnswer): Promise<Outcome> {
  const { store, signer, environment } = sender;
  const named = new Map(answer.results.map((receipt) => [receipt.entry_id, receipt.sha256]));
  const taken = rows.filter((row) => named.get(row.entry_id) === row.sha256).map((row) => row.seq);
  if (taken.length > 0) await store.mark(signer.keyid, taken, ACKNOWLEDGED);
  const reopened =
    answer.missing.length > 0 ? await store.reopen(signer.keyid, answer.missing, [ACKNOWLEDGED]) : 0;
  await store.forget(signer.keyid, answer.backedUpThrough);
  environment.onAnswer(answer);
  // What is asked for again is sent after a pause, so that a server that never stops asking is not hammered.
  return taken.length === 0 || reopened > 0 ? { kind: "wait", retryAfterMs: null } : { kind: "progress" };
}
