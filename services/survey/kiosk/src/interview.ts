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

export type Interview = ReturnType<typeof startInterview>;

export function startInterview(first: Configuration, environment: InterviewEnvironment) {
  const { clock, newId } = environment;
  let configuration = first;
  let next = first;
  let flow = fresh(clock.mono());
  let busy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function settle(to: Flow): void {
    flow = to;
    if (isUntouched(flow)) configuration = next;
    environment.show(flow, null);
    clearTimeout(timer);
    const due = dueAt(flow, configuration);
    if (due !== null) timer = setTimeout(passTime, Math.max(0, Math.ceil(due - clock.mono())));
    if (isUntouched(flow)) environment.onQuiet();
  }

  function passTime(): void {
    void take({ type: "time_passed", at: clock.mono() });
  }

  /** While one touch is being written down, others are of the same hand and are let go. */
  async function take(event: FlowEvent): Promise<void> {
    if (busy) return;
    const { flow: to, facts } = step(flow, event, configuration);
    if (facts.length > 0) await write(facts, event);
    settle(to);
  }

  async function write(facts: readonly Fact[], event: FlowEvent): Promise<void> {
    busy = true;
    if (event.type === "face_touched") environment.show(flow, event.score);
    const captured = clock.captured(event.at);
    for (const fact of facts) await environment.record({ entry_id: newId(), fact, captured });
    busy = false;
    environment.onRecorded();
  }

  settle(flow);
  return {
    take,
    configure: (given: Configuration) => {
      next = given;
      if (!busy && isUntouched(flow)) settle(flow);
    },
    configuration: () => configuration,
    isQuiet: () => !busy && isUntouched(flow),
    end: () => {
      clearTimeout(timer);
    },
  };
}
