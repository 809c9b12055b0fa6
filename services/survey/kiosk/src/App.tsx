/** The whole page as a function of what the kiosk knows. */
import { Fragment } from "preact";
import { Header } from "./Header";
import type { Configuration } from "./configuration";
import type { Score } from "./envelope";
import { followUp } from "./flow";
import type { Flow, FlowEvent } from "./flow";
import { Change } from "./screens/Change";
import { Idle } from "./screens/Idle";
import { Notice } from "./screens/Notice";
import { Operator } from "./screens/Operator";
import type { MachineState } from "./screens/Operator";
import { Pairing } from "./screens/Pairing";
import { Reasons } from "./screens/Reasons";
import { Thanks } from "./screens/Thanks";
import { Warning } from "./screens/Warning";
import { words } from "./strings";
import type { StringKey } from "./strings";

export type View =
  | { readonly kind: "starting" }
  | {
      readonly kind: "pairing";
      readonly code: string;
      readonly busy: boolean;
      readonly problem: StringKey | null;
      readonly machine: MachineState | null;
    }
  | { readonly kind: "waiting" }
  | {
      readonly kind: "asking";
      readonly flow: Flow;
      readonly configuration: Configuration;
      readonly pressed: Score | null;
      readonly marked: boolean;
      readonly machine: MachineState | null;
    };

/** What a touch can mean, without the moment, which the kiosk adds. */
export type Touch = FlowEvent extends infer Event
  ? Event extends FlowEvent
    ? Omit<Event, "at">
    : never
  : never;

export interface Hands {
  readonly touch: (touch: Touch) => void;
  readonly face: (score: Score) => void;
  readonly pair: (code: string) => void;
  readonly sendNow: () => void;
  readonly closeMachine: () => void;
}

export function App({ view, hands }: { readonly view: View; readonly hands: Hands }) {
  const say = words("vi");
  switch (view.kind) {
    case "starting":
      return <Notice title={say.starting} />;
    case "waiting":
      return <Notice title={say.waiting_title} note={say.waiting_note} />;
    case "pairing":
      return (
        <>
          <Pairing {...view} language="vi" inert={view.machine !== null} onPair={hands.pair} />
          <Operator machine={view.machine} language="vi" hands={hands} />
        </>
      );
    case "asking":
      return <Asking view={view} hands={hands} />;
  }
}

type AskingProps = { readonly view: View & { readonly kind: "asking" }; readonly hands: Hands };

function Asking({ view, hands }: AskingProps) {
  const { flow, configuration, machine, marked } = view;
  const { language, text } = flow;
  const say = words(language);
  const warned = "warned" in flow && flow.warned;
  return (
    <>
      <div class="kiosk" inert={warned || machine !== null}>
        <Header
          {...{ configuration, language, text, marked }}
          onLanguage={(chosen) => {
            hands.touch({ type: "language_chosen", language: chosen });
          }}
          onText={(chosen) => {
            hands.touch({ type: "text_chosen", text: chosen });
          }}
        />
        <Screen view={view} hands={hands} />
        <footer>
          <p>{say.privacy}</p>
          {isAtRest(flow) && <p class={flow.screen === "idle" ? "" : "behind"}>{say.touch_a_face}</p>}
        </footer>
      </div>
      <p class="unseen" role="status">
        {flow.screen === "reasons" || flow.screen === "thanks" ? say.saved : ""}
      </p>
      {warned && (
        <Warning
          language={language}
          onContinue={() => {
            hands.touch({ type: "touched" });
          }}
        />
      )}
      <Operator {...{ machine, language, hands }} />
    </>
  );
}

/** True of the two screens that stand ready, one behind the other, so that thanks need only be uncovered. */
function isAtRest({ screen }: Flow): boolean {
  return screen === "idle" || screen === "thanks";
}

/** One screen is seen at a time; the keys make the others anew, so that nothing of the person before is left. */
function Screen({ view, hands }: AskingProps) {
  const { flow, configuration, pressed } = view;
  const { language } = flow;
  const say = (type: "reasons_sent" | "reasons_skipped" | "change_asked" | "closed") => () => {
    hands.touch({ type });
  };
  switch (flow.screen) {
    case "idle":
    case "thanks":
      return (
        <Fragment key="rest">
          <Idle
            {...{ configuration, language, pressed }}
            seen={flow.screen === "idle"}
            onTouch={hands.face}
          />
          <Thanks
            {...{ configuration, language }}
            answer={flow.screen === "thanks" ? flow.answer : null}
            onChange={say("change_asked")}
            onDone={say("closed")}
          />
        </Fragment>
      );
    case "change":
      return (
        <Change
          key="change"
          {...{ configuration, language }}
          chosen={pressed ?? flow.answer.score}
          onTouch={hands.face}
        />
      );
    case "reasons":
      return (
        <Reasons
          key={flow.answer.ballotId + flow.set}
          question={followUp(flow.set, configuration)}
          {...{ language, chosen: flow.chosen }}
          onToggle={(code) => {
            hands.touch({ type: "reason_touched", code });
          }}
          onSend={say("reasons_sent")}
          onSkip={say("reasons_skipped")}
        />
      );
  }
}
