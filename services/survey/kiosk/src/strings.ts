/** The words of the tablet itself; the words of the question come with the questionnaire. */
import en from "./strings.en.json";
import vi from "./strings.vi.json";
import type { Language } from "./envelope";

export type StringKey = keyof typeof vi;

const STRINGS: Readonly<Record<Language, Readonly<Record<StringKey, string>>>> = { vi, en };

export function words(language: Language): Readonly<Record<StringKey, string>> {
  return STRINGS[language];
}
