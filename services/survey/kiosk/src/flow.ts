/** What one person goes through, as a pure step from state and event to state and facts. */
import type { Configuration, FollowUp } from "./configuration";
import type { EndedBy, Fact, Language, Score, TextSize } from "./envelope";

export type ReasonSet = "improve" | "good";

/** What one person has said so far. `told` are the reasons already written down. */
export interface Answer {
  readonly ballotId: string;
  readonly score: Score;
  readonly told: readonly string[];
  readonly toldSet: ReasonSet | null;
}

/** What belongs to the person before the tablet, and to nobody after. Times are of the steady clock, in ms. */
interface Person {
  readonly language: Language;
  readonly text: TextSize;
  readonly touchedAt: number;
  readonly decidedAt: number;
}

export type Flow = Person &
  (
    | { readonly screen: "idle" }
    | {
        readonly screen: "reasons";
        readonly answer: Answer;
        readonly set: ReasonSet;
        readonly chosen: readonly string[];
        readonly toggled: { readonly code: string; readonly at: number } | null;
        readonly warned: boolean;
      }
    | { readonly screen: "thanks"; readonly answer: Answer }
    | { readonly screen: "change"; readonly answer: Answer; readonly warned: boolean }
  );

export type FlowEvent = { readonly at: number } & (
  | { readonly type: "face_touched"; readonly score: Score; readonly ballotId: string }
  | { readonly type: "reason_touched"; readonly code: string }
  | { readonly type: "reasons_sent" }
  | { readonly type: "reasons_skipped" }
  | { readonly type: "change_asked" }
  | { readonly type: "closed" }
  | { readonly type: "language_chosen"; readonly language: Language }
  | { readonly type: "text_chosen"; readonly text: TextSize }
  | { readonly type: "touched" }
  | { readonly type: "time_passed" }
);

export interface Step {
  readonly flow: Flow;
  readonly facts: readonly Fact[];
}

/** The screen as the next person finds it. */
export function fresh(at: number): Flow {
  return { screen: "idle", language: "vi", text: "m", touchedAt: at, decidedAt: Number.NEGATIVE_INFINITY };
}

/** True when nobody has begun anything, so that the page may change under nobody's hands. */
export function isUntouched(flow: Flow): boolean {
  return flow.screen === "idle" && flow.language === "vi" && flow.text === "m";
}

/** When, on the steady clock, time itself changes the screen; null when it never does. */
export function dueAt(flow: Flow, { timings }: Configuration): number | null {
  switch (flow.screen) {
    case "idle":
      return isUntouched(flow) ? null : flow.touchedAt + timings.idleSeconds * 1_000;
    case "thanks":
      return flow.touchedAt + timings.thanksSeconds * 1_000;
    case "reasons":
    case "change":
      return flow.touchedAt + (timings.idleSeconds + (flow.warned ? timings.warningSeconds : 0)) * 1_000;
  }
}

/** One person in ten who is content is asked what was good. The ballot's own random id decides, so no clock or order does. */
export function isSampled(ballotId: string, percent: number): boolean {
  return (Number.parseInt(ballotId.slice(0, 8), 16) / 2 ** 32) * 100 < percent;
}

export function followUp(set: ReasonSet, configuration: Configuration): FollowUp {
  return configuration.questionnaire[set];
}

/** Take one step. A touch within `sameTouchMs` of the last decision is the same touch of a trembling hand. */
export function step(flow: Flow, event: FlowEvent, configuration: Configuration): Step {
  if (event.type === "time_passed") return passTime(flow, event.at, configuration);
  if (event.at - flow.decidedAt < configuration.timings.sameTouchMs) return stay(flow);
  const touched: Flow = { ...flow, touchedAt: event.at, ...("warned" in flow ? { warned: false } : {}) };
  switch (event.type) {
    case "touched":
      return stay(flow.screen === "thanks" ? flow : touched);
    case "language_chosen":
      return stay({ ...touched, language: event.language });
    case "text_chosen":
      return stay({ ...touched, text: event.text });
    case "face_touched":
      return touchFace(decided(touched, event.at), event, configuration);
    case "reason_touched":
      return stay(toggle(touched, event, configuration));
    case "reasons_sent":
      return endReasons(decided(touched, event.at), "finished", toThanks);
    case "reasons_skipped":
      return endReasons(without(decided(touched, event.at)), "finished", toThanks);
    case "change_asked":
      return stay(askChange(decided(touched, event.at)));
    case "closed":
      return stay(flow.screen === "thanks" ? { ...fresh(event.at), decidedAt: event.at } : touched);
  }
}

function stay(flow: Flow): Step {
  return { flow, facts: [] };
}

function decided(flow: Flow, at: number): Flow {
  return { ...flow, decidedAt: at };
}

function passTime(flow: Flow, at: number, configuration: Configuration): Step {
  const due = dueAt(flow, configuration);
  if (due === null || at < due) return stay(flow);
  switch (flow.screen) {
    case "idle":
    case "thanks":
      return stay(fresh(at));
    case "change":
      return stay(flow.warned ? fresh(at) : { ...flow, warned: true });
    case "reasons":
      return flow.warned ? endReasons(flow, "timed_out", () => fresh(at)) : stay({ ...flow, warned: true });
  }
}

function touchFace(
  flow: Flow,
  event: { readonly score: Score; readonly ballotId: string },
  configuration: Configuration,
): Step {
  switch (flow.screen) {
    case "idle":
      return cast(flow, event, configuration);
    case "change":
      return change(flow, flow.answer, event.score, configuration);
    case "reasons":
    case "thanks":
      return stay(flow);
  }
}

function cast(
  flow: Flow,
  { score, ballotId }: { readonly score: Score; readonly ballotId: string },
  configuration: Configuration,
): Step {
  const answer: Answer = { ballotId, score, told: [], toldSet: null };
  const fact: Fact = {
    kind: "cast",
    ballot_id: ballotId,
    questionnaire: configuration.questionnaire.hash,
    score,
    language: flow.language,
    layout: { order: "1-5", text: flow.text, audio: false },
    ended_by: "finished",
  };
  return { flow: afterScore(flow, answer, configuration), facts: [fact] };
}

function change(flow: Flow, answer: Answer, score: Score, configuration: Configuration): Step {
  if (score === answer.score) return stay(toThanks(flow, answer));
  const fact: Fact = { kind: "change", ballot_id: answer.ballotId, score };
  return { flow: afterScore(flow, { ...answer, score }, configuration), facts: [fact] };
}

/** Ask for reasons, or thank. Reasons told under the other question would turn their meaning, so they are asked anew. */
function afterScore(flow: Flow, answer: Answer, configuration: Configuration): Flow {
  const { improve, good } = configuration.questionnaire;
  const set: ReasonSet = improve.scores.includes(answer.score) ? "improve" : "good";
  const turned = answer.toldSet !== null && answer.toldSet !== set;
  const asked =
    set === "improve" ? answer.toldSet === null : isSampled(answer.ballotId, configuration.goodSamplePercent);
  const offered = (set === "improve" ? improve : good).reasons.length > 0;
  if (!offered || !(turned || (asked && answer.toldSet === null))) return toThanks(flow, answer);
  return { ...personOf(flow), screen: "reasons", answer, set, chosen: [], toggled: null, warned: false };
}

function toggle(
  flow: Flow,
  { code, at }: { readonly code: string; readonly at: number },
  { timings }: Configuration,
): Flow {
  if (flow.screen !== "reasons") return flow;
  if (flow.toggled?.code === code && at - flow.toggled.at < timings.sameTouchMs) return flow;
  const chosen = flow.chosen.includes(code)
    ? flow.chosen.filter((other) => other !== code)
    : [...flow.chosen, code];
  return { ...flow, chosen, toggled: { code, at } };
}

function without(flow: Flow): Flow {
  return flow.screen === "reasons" ? { ...flow, chosen: [] } : flow;
}

/** Leave the reasons. A fact is made when something was chosen, or when reasons told before no longer stand. */
function endReasons(flow: Flow, endedBy: EndedBy, next: (flow: Flow, answer: Answer) => Flow): Step {
  if (flow.screen !== "reasons") return stay(flow);
  const { answer, chosen, set } = flow;
  if (chosen.length === 0 && answer.told.length === 0) return stay(next(flow, answer));
  const fact: Fact = { kind: "follow_up", ballot_id: answer.ballotId, reasons: chosen, ended_by: endedBy };
  return { flow: next(flow, { ...answer, told: chosen, toldSet: set }), facts: [fact] };
}

function askChange(flow: Flow): Flow {
  if (flow.screen !== "thanks") return flow;
  return { ...personOf(flow), screen: "change", answer: flow.answer, warned: false };
}

function toThanks(flow: Flow, answer: Answer): Flow {
  return { ...personOf(flow), screen: "thanks", answer };
}

function personOf({ language, text, touchedAt, decidedAt }: Flow): Person {
  return { language, text, touchedAt, decidedAt };
}
