import { expect, test } from "vitest";
import { readBatchAnswer, readHeartbeatAnswer, readProblemCode } from "./answers";

const receipt = { entry_id: "e", seq: 1, sha256: "f".repeat(64), verdict: "created" };

test("a batch answer names each line", () => {
  expect(readBatchAnswer({ results: [receipt], missing: [[203, 207]], backed_up_through: 180 })).toEqual({
    results: [{ entry_id: "e", sha256: "f".repeat(64), verdict: "created" }],
    missing: [[203, 207]],
    backedUpThrough: 180,
  });
});

test.each([
  ["a page", "<html>"],
  ["another JSON", { status: "ok" }],
  ["no list", { results: "all" }],
  ["an unknown verdict", { results: [{ ...receipt, verdict: "fine" }] }],
  ["a nameless line", { results: [{ ...receipt, entry_id: undefined }] }],
  ["nothing", null],
])("%s is no batch answer", (_what, body) => {
  expect(readBatchAnswer(body)).toBeNull();
});

test("ranges that are none are left out", () => {
  const missing = [[3, 2], [0, 5], [1], "4-5", [4, 5.5], [7, 7]];
  expect(readBatchAnswer({ results: [], missing, backed_up_through: null })).toEqual({
    results: [],
    missing: [[7, 7]],
    backedUpThrough: 0,
  });
});

test("a heartbeat answer gives the server's time and wishes", () => {
  const body = { server_time: "2021-06-18T01:00:00Z", wishes: { resend: [[2, 3]] }, backed_up_through: 1 };
  expect(readHeartbeatAnswer(body)).toEqual({
    serverTime: "2021-06-18T01:00:00Z",
    resend: [[2, 3]],
    backedUpThrough: 1,
  });
  expect(readHeartbeatAnswer({ ok: true })).toBeNull();
});

test("a problem is known by its code", () => {
  expect(readProblemCode({ code: "device_revoked" })).toBe("device_revoked");
  expect(readProblemCode("device_revoked")).toBeNull();
});
