/** Thanks, with what was chosen in words, and a way back for a changed mind. Without an answer it waits behind the question. */
import type { Configuration } from "../configuration";
import type { Language } from "../envelope";
import type { Answer } from "../flow";
import { words } from "../strings";
import { CheckMark } from "./Reasons";

interface Props {
  readonly configuration: Configuration;
  readonly answer: Answer | null;
  readonly language: Language;
  readonly onChange: () => void;
  readonly onDone: () => void;
}

export function Thanks({ configuration, answer, language, onChange, onDone }: Props) {
  const say = words(language);
  return (
    <main class={answer === null ? "behind" : "thanks"}>
      <div class="asked">
        <p class="seal">
          <CheckMark />
        </p>
        <h1 tabIndex={-1}>{say.thanks}</h1>
        <p class="hint">{say.saved}</p>
      </div>
      <dl class="summary">
        <dt>{say.your_answer}</dt>
        {(answer === null ? [] : chosenWords(configuration, answer, language)).map((word) => (
          <dd key={word}>{word}</dd>
        ))}
      </dl>
      <div class="actions">
        <button type="button" class="plain" data-action="change" onClick={onChange}>
          {say.change}
        </button>
        <button type="button" class="plain" data-action="done" onClick={onDone}>
          {say.done}
        </button>
      </div>
    </main>
  );
}

function chosenWords({ questionnaire }: Configuration, answer: Answer, language: Language): string[] {
  const face = questionnaire.faces.find(({ score }) => score === answer.score);
  const offered = answer.toldSet === null ? [] : questionnaire[answer.toldSet].reasons;
  const reasons = offered.filter(({ code }) => answer.told.includes(code));
  return [face, ...reasons].flatMap((item) => (item === undefined ? [] : [item.label[language]]));
}
