/** What leaves the tablet: one immutable line per fact, each naming the hash of the line before it. */
import type { Captured } from "./time";

export type Score = 1 | 2 | 3 | 4 | 5;
export type Language = "vi" | "en";
export type TextSize = "s" | "m" | "l";
export type EndedBy = "finished" | "timed_out";

/** How the question stood on the screen, so that the screen's own bias can be measured. */
export interface Layout {
  readonly order: "1-5";
  readonly text: TextSize;
  readonly audio: boolean;
}

/** A fact of one person's answer, before it has its place in the device's sequence. */
export type Fact =
  | {
      readonly kind: "cast";
      readonly ballot_id: string;
      readonly questionnaire: string;
      readonly score: Score;
      readonly language: Language;
      readonly layout: Layout;
      readonly ended_by: EndedBy;
    }
  | { readonly kind: "change"; readonly ballot_id: string; readonly score: Score }
  | {
      readonly kind: "follow_up";
      readonly ballot_id: string;
      readonly reasons: readonly string[];
      readonly ended_by: EndedBy;
    };

/** A fact with its own random id and the moment it was given. */
export interface Draft {
  readonly entry_id: string;
  readonly fact: Fact;
  readonly captured: Captured;
}

/** Where a line stands: one sequence per device from 1, `prev` the hash of the line before. */
export interface Place {
  readonly device_id: string;
  readonly boot_id: string;
  readonly seq: number;
  readonly prev: string;
}

/** What the first line of a device names as its predecessor. */
export const GENESIS = "0".repeat(64);

/** Write the line whose UTF-8 bytes are the envelope, for ever. */
export function envelopeLine(draft: Draft, place: Place): string {
  return JSON.stringify({
    v: 1,
    entry_id: draft.entry_id,
    device_id: place.device_id,
    boot_id: place.boot_id,
    seq: place.seq,
    prev: place.prev,
    ...fields(draft),
  });
}

function fields(draft: Draft): object {
  const { fact, captured } = draft;
  switch (fact.kind) {
    case "cast": {
      const { ended_by, ...said } = fact;
      return { ...said, captured, ended_by };
    }
    case "change":
      return { ...fact, captured };
    case "follow_up": {
      const { ended_by, ...said } = fact;
      return { ...said, captured, ended_by };
    }
  }
}
