import { describe, expect, test } from "vitest";
import { dueAt, fresh, isSampled, isUntouched, step } from "./flow";
import type { Flow, FlowEvent } from "./flow";
import type { Fact } from "./envelope";
import { aConfiguration } from "./testing/configuration";

const SAMPLED = "00000000-0000-4000-8000-000000000001";
const NOT_SAMPLED = "ffffffff-0000-4000-8000-000000000001";
const configuration = aConfiguration();

/** Walk events that come a second apart, unless they say when. */
function walk(...events: (Omit<FlowEvent, "at"> & { at?: number })[]): { flow: Flow; facts: Fact[] } {
  let flow = fresh(0);
  const facts: Fact[] = [];
  events.forEach((event, index) => {
    const next = step(flow, { at: (index + 1) * 1_000, ...event } as FlowEvent, configuration);
    flow = next.flow;
    facts.push(...next.facts);
  });
  return { flow, facts };
}

const face = (score: number, ballotId = NOT_SAMPLED) => ({ type: "face_touched", score, ballotId }) as const;
const reason = (code: string) => ({ type: "reason_touched", code }) as const;

describe("the first touch", () => {
  test("of a face is the answer", () => {
    const { flow, facts } = walk(face(4));
    expect(flow.screen).toBe("thanks");
    expect(facts).toMatchObject([
      { kind: "cast", score: 4, ballot_id: NOT_SAMPLED, questionnaire: "sha256:ab" },
    ]);
  });

  test.each([1, 2, 3])("of face %d is followed by: why?", (score) => {
    expect(walk(face(score)).flow).toMatchObject({ screen: "reasons", set: "improve", chosen: [] });
  });

  test("of a content one in ten is followed by: what was good?", () => {
    expect(walk(face(5, SAMPLED)).flow).toMatchObject({ screen: "reasons", set: "good" });
    expect(walk(face(5, NOT_SAMPLED)).flow.screen).toBe("thanks");
  });

  test("keeps the language and the text size it was given in", () => {
    const { facts } = walk(
      { type: "language_chosen", language: "en" } as never,
      { type: "text_chosen", text: "l" } as never,
      face(5),
    );
    expect(facts).toMatchObject([{ language: "en", layout: { order: "1-5", text: "l", audio: false } }]);
  });
});

test("one in ten is one in ten", () => {
  const ids = Array.from({ length: 5_000 }, () => crypto.randomUUID());
  const share = ids.filter((id) => isSampled(id, 10)).length / ids.length;
  expect(share).toBeGreaterThan(0.07);
  expect(share).toBeLessThan(0.13);
  expect(isSampled(NOT_SAMPLED, 100)).toBe(true);
  expect(isSampled(SAMPLED, 0)).toBe(false);
});

describe("a trembling hand", () => {
  test("touches once within 400 ms", () => {
    const { flow, facts } = walk({ ...face(2), at: 1_000 }, { ...reason("attitude"), at: 1_399 });
    expect(facts.length).toBe(1);
    expect(flow).toMatchObject({ screen: "reasons", chosen: [] });
  });

  test("chooses a reason once, and another may follow at once", () => {
    const { flow } = walk(
      { ...face(2), at: 1_000 },
      { ...reason("attitude"), at: 2_000 },
      { ...reason("attitude"), at: 2_100 },
      { ...reason("waiting_time"), at: 2_200 },
    );
    expect(flow).toMatchObject({ chosen: ["attitude", "waiting_time"] });
  });
});

describe("reasons", () => {
  test("are one fact when sent", () => {
    const { flow, facts } = walk(face(1), reason("attitude"), reason("waiting_time"), reason("attitude"), {
      type: "reasons_sent",
    } as never);
    expect(facts[1]).toEqual({
      kind: "follow_up",
      ballot_id: NOT_SAMPLED,
      reasons: ["waiting_time"],
      ended_by: "finished",
    });
    expect(flow.screen).toBe("thanks");
  });

  test("skipped are no fact", () => {
    const { flow, facts } = walk(face(1), reason("attitude"), { type: "reasons_skipped" } as never);
    expect(facts.length).toBe(1);
    expect(flow.screen).toBe("thanks");
  });

  test("left behind are kept, and say that time ended them", () => {
    const { flow, facts } = walk(
      face(1),
      reason("attitude"),
      { type: "time_passed", at: 32_000 } as never,
      { type: "time_passed", at: 52_000 } as never,
    );
    expect(facts[1]).toMatchObject({ kind: "follow_up", reasons: ["attitude"], ended_by: "timed_out" });
    expect(isUntouched(flow)).toBe(true);
  });

  test("are warned about before time ends them, and any touch extends, ten times and more", () => {
    let { flow } = walk(face(1));
    for (let turn = 1; turn <= 12; turn += 1) {
      const warnedAt = dueAt(flow, configuration)!;
      flow = step(flow, { type: "time_passed", at: warnedAt }, configuration).flow;
      expect(flow).toMatchObject({ warned: true });
      expect(dueAt(flow, configuration)).toBe(warnedAt + 20_000);
      flow = step(flow, { type: "touched", at: warnedAt + 19_000 }, configuration).flow;
      expect(flow).toMatchObject({ screen: "reasons", warned: false });
    }
  });
});

describe("a changed mind", () => {
  const change = { type: "change_asked" } as never;

  test("is a further fact on the same ballot", () => {
    const { flow, facts } = walk(face(4), change, face(5, SAMPLED));
    expect(facts[1]).toEqual({ kind: "change", ballot_id: NOT_SAMPLED, score: 5 });
    expect(flow).toMatchObject({ screen: "thanks", answer: { score: 5 } });
  });

  test("that comes back to the same face is no fact", () => {
    expect(walk(face(4), change, face(4)).facts.length).toBe(1);
  });

  test("for the worse is asked why", () => {
    expect(walk(face(4), change, face(2)).flow).toMatchObject({ screen: "reasons", set: "improve" });
  });

  test("takes back reasons whose meaning it would turn", () => {
    const { flow, facts } = walk(
      face(1),
      reason("attitude"),
      { type: "reasons_sent" } as never,
      change,
      face(5),
      { type: "reasons_skipped" } as never,
    );
    expect(facts.slice(2)).toMatchObject([
      { kind: "change", score: 5 },
      { kind: "follow_up", reasons: [] },
    ]);
    expect(flow.screen).toBe("thanks");
  });

  test("that time overtakes leaves the answer as it was", () => {
    const { flow, facts } = walk(
      face(4),
      change,
      { type: "time_passed", at: 60_000 } as never,
      { type: "time_passed", at: 90_000 } as never,
    );
    expect(facts.length).toBe(1);
    expect(isUntouched(flow)).toBe(true);
  });
});

describe("the next person", () => {
  test("finds the question in Vietnamese after the thanks", () => {
    const { flow } = walk({ type: "language_chosen", language: "en" } as never, face(5), {
      type: "time_passed",
      at: 8_000,
    } as never);
    expect(flow).toEqual(fresh(8_000));
  });

  test("finds it also when somebody only changed the language and left", () => {
    const { flow } = walk({ type: "language_chosen", language: "en" } as never);
    expect(dueAt(flow, configuration)).toBe(31_000);
  });

  test("finds nothing of the thousand before", () => {
    let flow = fresh(0);
    for (let person = 1; person <= 1_000; person += 1) {
      const at = person * 100_000;
      const ballotId = crypto.randomUUID();
      const score = ((person % 5) + 1) as 1 | 2 | 3 | 4 | 5;
      flow = step(flow, { type: "face_touched", score, ballotId, at }, configuration).flow;
      if (flow.screen === "reasons") {
        flow = step(flow, { type: "reason_touched", code: "attitude", at: at + 1_000 }, configuration).flow;
        flow = step(flow, { type: "reasons_sent", at: at + 2_000 }, configuration).flow;
      }
      flow = step(flow, { type: "time_passed", at: at + 50_000 }, configuration).flow;
      expect(flow).toEqual(fresh(at + 50_000));
    }
  });

  test("has no clock running over an untouched question", () => {
    expect(dueAt(fresh(0), configuration)).toBeNull();
  });
});
