/** The question once more, for somebody who changed their mind; the earlier choice is marked. */
import type { Configuration } from "../configuration";
import type { Language, Score } from "../envelope";
import { words } from "../strings";
import { Faces } from "./Faces";

interface Props {
  readonly configuration: Configuration;
  readonly language: Language;
  readonly chosen: Score;
  readonly onTouch: (score: Score) => void;
}

export function Change({ configuration, language, chosen, onTouch }: Props) {
  return (
    <main class="ask">
      <h1 tabIndex={-1}>{words(language).change_question}</h1>
      <Faces
        faces={configuration.questionnaire.faces}
        language={language}
        chosen={chosen}
        onTouch={onTouch}
      />
    </main>
  );
}
