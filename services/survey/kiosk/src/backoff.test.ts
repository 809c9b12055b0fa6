import { expect, test } from "vitest";
import { backoffMs, retryAfterMs } from "./backoff";

test("waiting grows from one second to five minutes and never ends", () => {
  const longest = [0, 1, 2, 8, 9, 1_000_000].map((failures) => backoffMs(failures, 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
});

test("jitter is full: any part of the window may be waited", () => {
  expect(backoffMs(5, 0)).toBe(50);
  expect(backoffMs(5, 0.5)).toBe(16_000);
});

test("Retry-After is read as seconds or as a date, and anything else is not believed", () => {
  const now = Date.parse("2021-06-18T01:00:00Z");
  expect(retryAfterMs("120", now)).toBe(120_000);
  expect(retryAfterMs("Fri, 18 Jun 2021 01:00:30 GMT", now)).toBe(30_000);
  expect(retryAfterMs("Thu, 17 Jun 2021 01:00:30 GMT", now)).toBe(0);
  expect(retryAfterMs("later", now)).toBeNull();
  expect(retryAfterMs(null, now)).toBeNull();
});
