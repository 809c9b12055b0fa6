/** The idle screen is the question: the first touch of a face is the answer. */
import type { Configuration } from "../configuration";
import type { Language, Score } from "../envelope";
import { Faces } from "./Faces";

interface Props {
  readonly configuration: Configuration;
  readonly language: Language;
  readonly pressed: Score | null;
  readonly seen: boolean;
  readonly onTouch: (score: Score) => void;
}

export function Idle({ configuration, language, pressed, seen, onTouch }: Props) {
  const { text, faces } = configuration.questionnaire;
  return (
    <main class={seen ? "ask" : "behind"}>
      <h1 tabIndex={-1}>{text[language]}</h1>
      <Faces faces={faces} language={language} chosen={pressed} onTouch={onTouch} />
    </main>
  );
}
