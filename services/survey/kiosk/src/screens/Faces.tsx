/** Five equal cards. The chosen one looks the same whichever it is. */
import { FaceDrawing } from "../Face";
import type { Face } from "../configuration";
import type { Language, Score } from "../envelope";

interface Props {
  readonly faces: readonly Face[];
  readonly language: Language;
  readonly chosen: Score | null;
  readonly onTouch: (score: Score) => void;
}

export function Faces({ faces, language, chosen, onTouch }: Props) {
  return (
    <div class="faces">
      {faces.map(({ score, label }) => (
        <button
          key={score}
          type="button"
          class={chosen === score ? "face chosen" : "face"}
          data-score={score}
          onClick={() => {
            onTouch(score);
          }}
        >
          <FaceDrawing score={score} />
          <span>{label[language]}</span>
        </button>
      ))}
    </div>
  );
}
