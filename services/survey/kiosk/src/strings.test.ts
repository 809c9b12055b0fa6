import { expect, test } from "vitest";
import en from "./strings.en.json";
import vi from "./strings.vi.json";

test("both languages have the same keys, in the same order, and no empty words", () => {
  expect(Object.keys(en)).toEqual(Object.keys(vi));
  expect(
    Object.values({ ...vi })
      .concat(Object.values(en))
      .filter((word) => word.trim() === ""),
  ).toEqual([]);
});

test("Vietnamese has its diacritics", () => {
  const bare = Object.entries(vi).filter(([, word]) => word.length > 12 && /^[\x20-\x7e]*$/.test(word));
  expect(bare).toEqual([]);
});
