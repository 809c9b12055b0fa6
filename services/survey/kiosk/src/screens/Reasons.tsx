/** Why? Up to six reasons, as many as one likes, or none. */
import type { FollowUp } from "../configuration";
import type { Language } from "../envelope";
import { words } from "../strings";

interface Props {
  readonly question: FollowUp;
  readonly language: Language;
  readonly chosen: readonly string[];
  readonly onToggle: (code: string) => void;
  readonly onSend: () => void;
  readonly onSkip: () => void;
}

export function Reasons({ question, language, chosen, onToggle, onSend, onSkip }: Props) {
  const say = words(language);
  return (
    <main class="why">
      <div class="asked">
        <p class="saved">
          <CheckMark /> {say.saved}
        </p>
        <h1 tabIndex={-1}>{question.text[language]}</h1>
        <p class="hint">{question.hint[language]}</p>
      </div>
      <div class="reasons">
        {question.reasons.map(({ code, label }) => (
          <button
            key={code}
            type="button"
            class="reason"
            data-reason={code}
            aria-pressed={chosen.includes(code)}
            onClick={() => {
              onToggle(code);
            }}
          >
            <span class="box">
              <CheckMark />
            </span>
            <span>{label[language]}</span>
          </button>
        ))}
      </div>
      <div class="actions">
        <button type="button" class="plain" data-action="skip" onClick={onSkip}>
          {say.skip}
        </button>
        <button
          type="button"
          class="strong"
          data-action="send"
          disabled={chosen.length === 0}
          onClick={onSend}
        >
          {say.send}
        </button>
      </div>
    </main>
  );
}

export function CheckMark() {
  return (
    <svg class="check" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M4.5 12.5 10 18 19.5 7" />
    </svg>
  );
}
