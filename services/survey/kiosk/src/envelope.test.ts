import { expect, test } from "vitest";
import { sha256Hex } from "./encoding";
import { GENESIS, envelopeLine } from "./envelope";
import type { Draft } from "./envelope";
import vector from "./testing/device-request-vector.json";

const anchor = { server: "2021-03-01T00:59:12.345Z", mono_ms: 33_579.1, rtt_ms: 41 };
const place = { device_id: "dev_7Q2M4K8P", boot_id: "b0a1c2d3e4f50617" };
const ballot_id = "0b9a3f0e-7f9d-4e6d-9a70-5d0d8a3b0001";

const cast: Draft = {
  entry_id: "6f1c1c52-3f5d-4a9e-8f0b-1d5b7a1e0001",
  fact: {
    kind: "cast",
    ballot_id,
    questionnaire: `sha256:${"ab".repeat(32)}`,
    score: 4,
    language: "vi",
    layout: { order: "1-5", text: "m", audio: false },
    ended_by: "finished",
  },
  captured: { mono_ms: 81_234.5, wall: "2021-03-01T08:00:00.000+07:00", anchor },
};

const change: Draft = {
  entry_id: "6f1c1c52-3f5d-4a9e-8f0b-1d5b7a1e0002",
  fact: { kind: "change", ballot_id, score: 3 },
  captured: { mono_ms: 83_120, wall: "2021-03-01T08:00:01.886+07:00", anchor },
};

test("the lines are those of the device-request vector, member by member and in the same order", () => {
  const lines = [
    envelopeLine(cast, { ...place, seq: 1, prev: GENESIS }),
    envelopeLine(change, { ...place, seq: 2, prev: vector.line_sha256[0]! }),
  ];
  // The vector writes 41.0 and 83120.0; JSON numbers are equal all the same.
  expect(lines).toEqual(vector.lines.map((line) => JSON.stringify(JSON.parse(line))));
});

test("a line is named by the hash of its bytes", async () => {
  expect(await Promise.all(vector.lines.map(sha256Hex))).toEqual(vector.line_sha256);
});

test("a follow-up says the reasons and how it ended", () => {
  const draft: Draft = {
    ...change,
    fact: { kind: "follow_up", ballot_id, reasons: ["attitude"], ended_by: "timed_out" },
  };
  expect(JSON.parse(envelopeLine(draft, { ...place, seq: 3, prev: GENESIS }))).toMatchObject({
    v: 1,
    kind: "follow_up",
    reasons: ["attitude"],
    ended_by: "timed_out",
  });
});
