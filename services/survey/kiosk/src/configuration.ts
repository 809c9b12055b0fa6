/** The bundle a tablet works by: counter, questionnaire, times. Read once, kept for the days without a network. */
import { isRecord } from "./answers";
import type { Language, Score } from "./envelope";

/** A text in both languages of the tablet. */
export type Bilingual = Readonly<Record<Language, string>>;

export interface Reason {
  readonly code: string;
  readonly label: Bilingual;
}

/** A question for reasons: which scores it follows, and what may be answered. */
export interface FollowUp {
  readonly text: Bilingual;
  readonly hint: Bilingual;
  readonly scores: readonly Score[];
  readonly reasons: readonly Reason[];
}

export interface Face {
  readonly score: Score;
  readonly label: Bilingual;
}

export interface Questionnaire {
  readonly hash: string;
  readonly text: Bilingual;
  readonly faces: readonly Face[];
  readonly improve: FollowUp;
  readonly good: FollowUp;
}

export interface Timings {
  readonly idleSeconds: number;
  readonly warningSeconds: number;
  readonly thanksSeconds: number;
  readonly sameTouchMs: number;
}

export interface Configuration {
  readonly version: string;
  readonly oneStop: Bilingual;
  readonly counter: Bilingual;
  readonly questionnaire: Questionnaire;
  readonly timings: Timings;
  readonly goodSamplePercent: number;
  readonly isDemonstration: boolean;
}

const SCORES: readonly Score[] = [1, 2, 3, 4, 5];
const MOST_REASONS = 6;

/** Read a configuration; null when it could not carry the question, so that the one before stays in use. */
export function readConfiguration(body: unknown): Configuration | null {
  if (!isRecord(body)) return null;
  const questionnaire = readQuestionnaire(body["questionnaire"]);
  if (questionnaire === null) return null;
  return {
    version: String(body["version"]),
    oneStop: readName(body["one_stop"]),
    counter: readName(body["counter"]),
    questionnaire,
    timings: readTimings(body["timings"]),
    goodSamplePercent: numberOr(body["good_sample_percent"], 10),
    isDemonstration: body["demonstration"] === true,
  };
}

function readTimings(value: unknown): Timings {
  const given = isRecord(value) ? value : {};
  return {
    idleSeconds: numberOr(given["idle_seconds"], 30),
    warningSeconds: numberOr(given["warning_seconds"], 20),
    thanksSeconds: numberOr(given["thanks_seconds"], 6),
    sameTouchMs: numberOr(given["same_touch_ms"], 400),
  };
}

function readQuestionnaire(value: unknown): Questionnaire | null {
  if (!isRecord(value) || typeof value["hash"] !== "string" || !isRecord(value["content"])) return null;
  const [first, ...rest] = listOf(value["content"]["questions"]);
  if (first === undefined) return null;
  const text = readText(first["text"]);
  const faces = listOf(first["options"]).map(readFace).filter(isPresent);
  const improve = readFollowUp(rest.find((question) => question["reason_set"] === "improve"));
  const good = readFollowUp(rest.find((question) => question["reason_set"] === "good"));
  if (text === null || faces.length !== SCORES.length || improve === null || good === null) return null;
  return { hash: value["hash"], text, faces, improve, good };
}

function readFace(option: Readonly<Record<string, unknown>>): Face | null {
  const score = SCORES.find((known) => known === option["value"]);
  const label = readText(option["label"]);
  return score === undefined || label === null ? null : { score, label };
}

function readFollowUp(question: Readonly<Record<string, unknown>> | undefined): FollowUp | null {
  if (question === undefined) return null;
  const text = readText(question["text"]);
  const asked = isRecord(question["show_if"]) ? question["show_if"]["values"] : [];
  const scores = SCORES.filter((score) => Array.isArray(asked) && asked.includes(score));
  const reasons = listOf(question["options"]).map(readReason).filter(isPresent).slice(0, MOST_REASONS);
  if (text === null) return null;
  return { text, hint: readText(question["hint"]) ?? { vi: "", en: "" }, scores, reasons };
}

function readReason(option: Readonly<Record<string, unknown>>): Reason | null {
  const label = readText(option["label"]);
  return typeof option["code"] === "string" && label !== null ? { code: option["code"], label } : null;
}

/** Names that the server has not heard yet stay empty; the question is asked all the same. */
function readName(value: unknown): Bilingual {
  return (isRecord(value) ? readText(value["name"]) : null) ?? { vi: "", en: "" };
}

/** Read a text given as `{vi, en}` or as one Vietnamese string. */
function readText(value: unknown): Bilingual | null {
  if (typeof value === "string") return { vi: value, en: value };
  if (!isRecord(value) || typeof value["vi"] !== "string") return null;
  return { vi: value["vi"], en: typeof value["en"] === "string" ? value["en"] : value["vi"] };
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isRecord) : [];
}

function isPresent<T>(value: T | null): value is T {
  return value !== null;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : otherwise;
}
