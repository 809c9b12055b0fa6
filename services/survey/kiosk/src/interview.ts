/** Runs the flow: takes touches and time, writes facts down, and only then lets the next screen be painted. */
import type { Clock } from "./clock";
import type { Configuration } from "./configuration";
import type { Draft, Fact, Score } from "./envelope";
import { dueAt, fresh, isUntouched, step } from "./flow";
import type { Flow, FlowEvent } from "./flow";

export interface InterviewEnvironment {
  readonly clock: Pick<Clock, "mono" | "captured">;
  readonly newId: () => string;
  readonly record: (draft: Draft) => Promise<void>;
  readonly onRecorded: () => void;
  readonly onQuiet: () => void;
  readonly show: (flow: Flow, pressed: Score | null) => void;
}

export class Interview {
  readonly #environment: InterviewEnvironment;
  #configuration: Configuration;
  #next: Configuration;
  #flow: Flow;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(configuration: Configuration, environment: InterviewEnvironment) {
    this.#environment = environment;
    this.#configuration = this.#next = configuration;
    this.#flow = fresh(environment.clock.mono());
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  get isQuiet(): boolean {
    return !this.#busy && isUntouched(this.#flow);
  }

  begin(): void {
    this.#settle(this.#flow);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** Take a new configuration, as soon as nobody is in the middle of an answer. */
  configure(configuration: Configuration): void {
    this.#next = configuration;
    if (this.isQuiet) this.#settle(this.#flow);
  }

  /** Take a touch or the passing of time. While one touch is being written down, others are of the same hand. */
  async take(event: FlowEvent): Promise<void> {
    if (this.#busy) return;
    const { flow, facts } = step(this.#flow, event, this.#configuration);
    if (facts.length > 0) await this.#write(facts, event);
    this.#settle(flow);
    // Sending is work too: it begins after the next screen is on its way.
    if (facts.length > 0) this.#environment.onRecorded();
  }

  async #write(facts: readonly Fact[], event: FlowEvent): Promise<void> {
    const { clock, newId, record, show } = this.#environment;
    this.#busy = true;
    if (event.type === "face_touched") show(this.#flow, event.score);
    const captured = clock.captured(event.at);
    for (const fact of facts) await record({ entry_id: newId(), fact, captured });
    this.#busy = false;
  }

  #settle(flow: Flow): void {
    const { clock, show, onQuiet } = this.#environment;
    this.#flow = flow;
    if (isUntouched(flow)) this.#configuration = this.#next;
    show(flow, null);
    clearTimeout(this.#timer);
    const due = dueAt(flow, this.#configuration);
    if (due !== null) this.#timer = setTimeout(this.#passTime, Math.max(0, Math.ceil(due - clock.mono())));
    if (isUntouched(flow)) onQuiet();
  }

  readonly #passTime = (): void => {
    void this.take({ type: "time_passed", at: this.#environment.clock.mono() });
  };
}
