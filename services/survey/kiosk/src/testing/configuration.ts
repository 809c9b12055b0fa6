/** The project's own questionnaire as a tablet gets it, for tests. */
import questionnaires from "../../../../../packs/thang-binh-2021/questionnaires.json";
import { readConfiguration } from "../configuration";
import type { Configuration } from "../configuration";

export function aConfigurationBody(): Record<string, unknown> {
  return {
    version: 7,
    one_stop: { name: { vi: "Bộ phận Một cửa xã Bình Minh", en: "Bình Minh one-stop" } },
    counter: { name: "Quầy 2" },
    questionnaire: {
      hash: "sha256:ab",
      content: questionnaires.questionnaires.find(({ code }) => code === "counter-v1"),
    },
  };
}

export function aConfiguration(change: Partial<Configuration> = {}): Configuration {
  const configuration = readConfiguration(aConfigurationBody());
  if (configuration === null) throw new Error("the questionnaire of the pack cannot be read");
  return { ...configuration, ...change };
}
