import { expect, test } from "vitest";
import { readConfiguration } from "./configuration";
import { aConfiguration, aConfigurationBody } from "./testing/configuration";

test("the pack's questionnaire gives five faces and two sets of at most six reasons", () => {
  const { questionnaire } = aConfiguration();
  expect(questionnaire.faces.map(({ score }) => score)).toEqual([1, 2, 3, 4, 5]);
  expect(questionnaire.faces[1]?.label).toEqual({ vi: "Không hài lòng", en: "Dissatisfied" });
  expect(questionnaire.improve.scores).toEqual([1, 2, 3]);
  expect(questionnaire.good.scores).toEqual([4, 5]);
  expect(questionnaire.improve.reasons.length).toBe(6);
});

test("times not given are those of the rules", () => {
  const { timings, goodSamplePercent, counter } = aConfiguration();
  expect(timings).toEqual({ idleSeconds: 30, warningSeconds: 20, thanksSeconds: 6, sameTouchMs: 400 });
  expect(goodSamplePercent).toBe(10);
  expect(counter).toEqual({ vi: "Quầy 2", en: "Quầy 2" });
});

test("times come from the configuration", () => {
  const timings = { idle_seconds: 0.2, warning_seconds: 0, thanks_seconds: 0.2, same_touch_ms: 50 };
  expect(readConfiguration({ ...aConfigurationBody(), timings })?.timings.idleSeconds).toBe(0.2);
});

test("only a bundle that says so is a demonstration", () => {
  expect(aConfiguration().isDemonstration).toBe(false);
  expect(readConfiguration({ ...aConfigurationBody(), demonstration: true })?.isDemonstration).toBe(true);
});

test("a bundle without a questionnaire is not taken, so that the one before stays", () => {
  expect(readConfiguration({ ...aConfigurationBody(), questionnaire: null })).toBeNull();
});

test("a name that the server has not heard yet does not keep the question from being asked", () => {
  expect(readConfiguration({ ...aConfigurationBody(), one_stop: { name: {} } })?.oneStop.vi).toBe("");
});

test("a questionnaire that lacks a face is not taken", () => {
  const body = structuredClone(aConfigurationBody()) as {
    questionnaire: { content: { questions: { options: unknown[] }[] } };
  };
  body.questionnaire.content.questions[0]!.options.pop();
  expect(readConfiguration(body)).toBeNull();
});
