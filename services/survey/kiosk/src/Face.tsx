/** The five faces: sad, never angry; told apart by shape, so that colour only helps. */
import type { Score } from "./envelope";

interface Drawing {
  readonly tint: string;
  readonly brows: string;
  readonly mouth: string;
  readonly open?: string;
  readonly tear?: string;
}

const DRAWINGS: Readonly<Record<Score, Drawing>> = {
  1: {
    tint: "#e8cdc3",
    brows: "M31 45 Q38 36 48 35 M89 45 Q82 36 72 35",
    mouth: "M38 92 Q60 66 82 92",
    tear: "M36 68 q-6 9 0 13 q6 -4 0 -13z",
  },
  2: { tint: "#f0dfcb", brows: "M33 41 Q40 36 48 37 M87 41 Q80 36 72 37", mouth: "M40 87 Q60 74 80 87" },
  3: { tint: "#ece7da", brows: "M34 38 H48 M72 38 H86", mouth: "M41 82 H79" },
  4: { tint: "#d7e6dc", brows: "M34 38 Q41 33 48 37 M86 38 Q79 33 72 37", mouth: "M39 77 Q60 94 81 77" },
  5: {
    tint: "#bfdcd1",
    brows: "M32 38 Q40 28 49 35 M88 38 Q80 28 71 35",
    mouth: "M34 72 Q60 76 86 72 Q80 100 60 100 Q40 100 34 72z",
    open: "#fffdf8",
  },
};

export function FaceDrawing({ score }: { readonly score: Score }) {
  const { tint, brows, mouth, open, tear } = DRAWINGS[score];
  return (
    <svg viewBox="3 3 114 114" aria-hidden="true" focusable="false">
      <circle cx="60" cy="60" r="55" fill={tint} stroke="#17202a" stroke-width="3.5" />
      <ellipse cx="41" cy="55" rx="5" ry="6.5" fill="#17202a" />
      <ellipse cx="79" cy="55" rx="5" ry="6.5" fill="#17202a" />
      <g fill="none" stroke="#17202a" stroke-width="4.5" stroke-linecap="round" stroke-linejoin="round">
        <path d={brows} stroke-width="3.5" />
        <path d={mouth} fill={open ?? "none"} />
      </g>
      {tear !== undefined && <path d={tear} fill="#8fb6c4" stroke="#17202a" stroke-width="2" />}
    </svg>
  );
}
