/** Asks whether somebody is still there, before time ends their answer. Any touch says yes. */
import type { Language } from "../envelope";
import { words } from "../strings";

export function Warning({
  language,
  onContinue,
}: {
  readonly language: Language;
  readonly onContinue: () => void;
}) {
  const say = words(language);
  return (
    <div
      class="veil"
      role="alertdialog"
      aria-modal="true"
      aria-labelledby="still-there"
      aria-describedby="still-note"
    >
      <div class="sheet">
        <h2 id="still-there">{say.still_there}</h2>
        <p id="still-note">{say.still_there_note}</p>
        <button type="button" class="strong" data-action="continue" onClick={onContinue}>
          {say.continue}
        </button>
      </div>
    </div>
  );
}
