/** The state of the machine, for its administrator; never anybody's answer. */
import type { Hands } from "../App";
import type { Language } from "../envelope";
import type { Exclusion } from "../standing";
import { words } from "../strings";
import type { StringKey } from "../strings";

/** What the hidden corner shows. Times are in seconds; `lastAckAt` is wall-clock milliseconds. */
export interface MachineState {
  readonly deviceId: string;
  readonly exclusion: Exclusion | undefined;
  readonly version: string;
  readonly queued: number;
  readonly oldestSeconds: number;
  readonly kept: number;
  readonly quarantined: number;
  readonly lastSeq: number;
  readonly lastAckAt: number | null;
  readonly storage: "ok" | "weak" | "broken";
  readonly clockErrorMs: number | null;
}

/** A wall clock further off than this is worth a visit. */
export const CLOCK_LIMIT_MS = 600_000;

interface Props {
  readonly machine: MachineState | null;
  readonly language: Language;
  readonly hands: Pick<Hands, "sendNow" | "closeMachine">;
}

export function Operator({ machine, language, hands }: Props) {
  if (machine === null) return null;
  const say = words(language);
  return (
    <div class="veil" role="dialog" aria-modal="true" aria-labelledby="machine">
      <div class="sheet machine">
        <h2 id="machine">{say.operator_title}</h2>
        <dl>
          {rows(machine, language).map(([key, value]) => (
            <div key={key}>
              <dt>{say[key]}</dt>
              <dd data-figure={key}>{value}</dd>
            </div>
          ))}
        </dl>
        <div class="actions">
          <button type="button" class="plain" onClick={hands.sendNow}>
            {say.operator_send_now}
          </button>
          <button type="button" class="strong" data-action="close" onClick={hands.closeMachine}>
            {say.operator_close}
          </button>
        </div>
      </div>
    </div>
  );
}

function rows(state: MachineState, language: Language): [StringKey, string][] {
  const say = words(language);
  const locale = language === "vi" ? "vi-VN" : "en-GB";
  const count = (value: number) => value.toLocaleString(locale);
  const ack =
    state.lastAckAt === null ? say.operator_never : new Date(state.lastAckAt).toLocaleString(locale);
  return [
    ...excluded(state, say),
    ["operator_queue", count(state.queued)],
    ["operator_oldest", `${count(Math.round(state.oldestSeconds))} ${say.operator_seconds}`],
    ["operator_last_ack", ack],
    ["operator_kept", count(state.kept)],
    ["operator_quarantined", count(state.quarantined)],
    ["operator_sequence", count(state.lastSeq)],
    ["operator_storage", say[`operator_storage_${state.storage}`]],
    ["operator_clock", clock(state.clockErrorMs, language)],
    ["operator_device", state.deviceId],
    ["operator_version", state.version],
  ];
}

/** Shown only when there is something to say. */
function excluded({ exclusion }: MachineState, say: ReturnType<typeof words>): [StringKey, string][] {
  return exclusion === undefined ? [] : [["operator_mark", say[`pair_${exclusion}`]]];
}

function clock(errorMs: number | null, language: Language): string {
  const say = words(language);
  if (errorMs === null) return say.operator_never;
  const seconds = `${(errorMs / 1_000).toLocaleString(language === "vi" ? "vi-VN" : "en-GB", { maximumFractionDigits: 1 })} ${say.operator_seconds}`;
  return Math.abs(errorMs) > CLOCK_LIMIT_MS ? `${seconds} (${say.operator_clock_reset})` : seconds;
}
