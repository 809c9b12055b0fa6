/** Binds a new tablet to its counter by a typed code. */
import type { Language } from "../envelope";
import { words } from "../strings";
import type { StringKey } from "../strings";

interface Props {
  readonly language: Language;
  readonly code: string;
  readonly busy: boolean;
  readonly problem: StringKey | null;
  readonly inert: boolean;
  readonly onPair: (code: string) => void;
}

export function Pairing({ language, code, busy, problem, inert, onPair }: Props) {
  const say = words(language);
  return (
    <main class="pairing" inert={inert}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget).get("code");
          if (typeof typed === "string") onPair(typed);
        }}
      >
        <h1 tabIndex={-1}>{say.pair_title}</h1>
        <p class="hint">{say.pair_note}</p>
        <label for="code">{say.pair_code}</label>
        <input
          id="code"
          name="code"
          defaultValue={code}
          maxLength={12}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          required
          aria-describedby="pair-problem"
        />
        <p id="pair-problem" class="problem" role="alert">
          {problem !== null && say[problem]}
        </p>
        <button type="submit" class="strong" disabled={busy}>
          {busy ? say.pair_busy : say.pair_submit}
        </button>
      </form>
    </main>
  );
}
