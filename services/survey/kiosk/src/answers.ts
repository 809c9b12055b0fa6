/** What the server said, believed only when it has exactly the shape it promised. */

/** First and last sequence number, both included. */
export type Range = readonly [number, number];

export interface Receipt {
  readonly entry_id: string;
  readonly sha256: string;
  readonly verdict: string;
}

export interface BatchAnswer {
  readonly results: readonly Receipt[];
  readonly missing: readonly Range[];
  readonly backedUpThrough: number;
}

export interface HeartbeatAnswer {
  readonly serverTime: string;
  readonly resend: readonly Range[];
  readonly backedUpThrough: number;
}

const VERDICTS = new Set(["created", "already_have", "conflict", "quarantined"]);

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Read the answer to a batch; null when it is anything else, such as the page of a captive portal. */
export function readBatchAnswer(body: unknown): BatchAnswer | null {
  if (!isRecord(body) || !Array.isArray(body["results"])) return null;
  const results: Receipt[] = [];
  for (const item of body["results"] as unknown[]) {
    const receipt = readReceipt(item);
    if (receipt === null) return null;
    results.push(receipt);
  }
  return {
    results,
    missing: readRanges(body["missing"]),
    backedUpThrough: readNumber(body["backed_up_through"]),
  };
}

/** Read the answer to a heartbeat; null when it names no server time. */
export function readHeartbeatAnswer(body: unknown): HeartbeatAnswer | null {
  if (!isRecord(body) || typeof body["server_time"] !== "string") return null;
  const wishes = isRecord(body["wishes"]) ? body["wishes"] : {};
  return {
    serverTime: body["server_time"],
    resend: readRanges(wishes["resend"]),
    backedUpThrough: readNumber(body["backed_up_through"]),
  };
}

/** The stable code of an RFC 9457 problem, or null when the body is not one. */
export function readProblemCode(body: unknown): string | null {
  return isRecord(body) && typeof body["code"] === "string" ? body["code"] : null;
}

function readReceipt(item: unknown): Receipt | null {
  if (!isRecord(item)) return null;
  const { entry_id, sha256, verdict } = item;
  if (typeof entry_id !== "string" || typeof sha256 !== "string" || typeof verdict !== "string") return null;
  return VERDICTS.has(verdict) ? { entry_id, sha256, verdict } : null;
}

function readRanges(value: unknown): Range[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter(isRange);
}

function isRange(value: unknown): value is Range {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [first, last] = value as unknown[];
  return (
    Number.isInteger(first) &&
    Number.isInteger(last) &&
    (first as number) >= 1 &&
    (first as number) <= (last as number)
  );
}

function readNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
