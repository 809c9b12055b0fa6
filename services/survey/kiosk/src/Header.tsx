/** Where one stands, and the two things a person may set: text size and language. */
import type { Configuration } from "./configuration";
import type { Language, TextSize } from "./envelope";
import { words } from "./strings";

interface Props {
  readonly configuration: Configuration;
  readonly language: Language;
  readonly text: TextSize;
  readonly marked: boolean;
  readonly onLanguage: (language: Language) => void;
  readonly onText: (text: TextSize) => void;
}

const SIZES: readonly TextSize[] = ["s", "m", "l"];

export function Header({ configuration, language, text, marked, onLanguage, onText }: Props) {
  const say = words(language);
  const other: Language = language === "vi" ? "en" : "vi";
  return (
    <header>
      <p class="place">
        {marked && <span class="mark" role="img" aria-label={say.operator_mark} />}
        <b>{configuration.oneStop[language]}</b>
        <span>
          {configuration.counter[language]}{" "}
          {configuration.isDemonstration && <em class="demonstration">{say.demonstration}</em>}
        </span>
      </p>
      <div class="tools">
        <div class="sizes" role="group" aria-label={say.text_size}>
          {SIZES.map((size) => (
            <button
              key={size}
              type="button"
              class={`size-${size}`}
              aria-label={say[`text_${size}`]}
              aria-pressed={text === size}
              onClick={() => {
                onText(size);
              }}
            >
              A
            </button>
          ))}
        </div>
        <button
          type="button"
          class="plain"
          data-action="language"
          lang={other}
          onClick={() => {
            onLanguage(other);
          }}
        >
          {words(other).language_switch}
        </button>
      </div>
    </header>
  );
}
