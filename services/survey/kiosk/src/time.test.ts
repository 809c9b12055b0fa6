import { describe, expect, test } from "vitest";
import { anchorFrom, betterAnchor, captured, clockErrorMs, uncertaintyMs, wallTime } from "./time";

describe("wall time", () => {
  test("is written with its offset, to the millisecond", () => {
    expect(wallTime(Date.parse("2021-03-01T01:00:01.886Z"), 420)).toBe("2021-03-01T08:00:01.886+07:00");
    expect(wallTime(0, -210)).toBe("1969-12-31T20:30:00.000-03:30");
  });

  test("of 1970 and of 2050 is written like any other", () => {
    expect(wallTime(0, 420)).toBe("1970-01-01T07:00:00.000+07:00");
    expect(wallTime(Date.parse("2050-06-18T01:00:00Z"), 420)).toBe("2050-06-18T08:00:00.000+07:00");
  });
});

describe("an anchor", () => {
  test("ties the server's time to the steady clock on receipt, and keeps the round trip", () => {
    expect(anchorFrom("2021-03-01T00:59:12.345Z", 1_000, 1_041)).toEqual({
      server: "2021-03-01T00:59:12.345Z",
      mono_ms: 1_041,
      rtt_ms: 41,
    });
  });

  test("is refused when the server's words are not a time", () => {
    expect(anchorFrom("soon", 1, 2)).toBeNull();
  });

  test("gives way to one that knows the present better", () => {
    const quick = anchorFrom("2021-03-01T01:00:00Z", 0, 20)!;
    const slow = anchorFrom("2021-03-01T01:00:10Z", 10_000, 10_400)!;
    const later = anchorFrom("2021-03-01T02:00:00Z", 3_600_000, 3_600_400)!;
    expect(betterAnchor(null, slow)).toBe(slow);
    expect(betterAnchor(quick, slow)).toBe(quick);
    expect(betterAnchor(quick, later)).toBe(later);
  });

  test("grows less certain with age", () => {
    const anchor = anchorFrom("2021-03-01T01:00:00Z", 0, 40)!;
    expect(uncertaintyMs(anchor, 40)).toBe(20);
    expect(uncertaintyMs(anchor, 3_600_040)).toBeCloseTo(380);
  });

  test("tells how wrong the wall clock is", () => {
    const anchor = anchorFrom("2021-03-01T01:00:00Z", 0, 0)!;
    expect(clockErrorMs(anchor, 5_000, Date.parse("2021-03-01T01:00:07Z"))).toBe(2_000);
    const slow = anchorFrom("2021-03-01T01:00:00Z", 0, 2_000)!;
    expect(clockErrorMs(slow, 2_000, Date.parse("2021-03-01T01:00:01Z"))).toBe(0);
    expect(clockErrorMs(null, 5_000, 0)).toBeNull();
  });
});

test("a moment is described by both clocks and the anchor", () => {
  expect(captured(81_234.4567, "2021-03-01T08:00:00.000+07:00", null)).toEqual({
    mono_ms: 81_234.5,
    wall: "2021-03-01T08:00:00.000+07:00",
    anchor: null,
  });
});
