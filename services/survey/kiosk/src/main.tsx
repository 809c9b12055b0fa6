/** Starts the page. */
import { render } from "preact";
import { App } from "./App";
import type { Hands, View } from "./App";
import { stayAwake } from "./awake";
import { holdHistory, watchTouches } from "./gestures";
import { Kiosk } from "./kiosk";
import type { Language, TextSize } from "./envelope";
import "./style.css";
import { words } from "./strings";
import { watchForUpdates } from "./update";

const root = document.getElementById("kiosk");
if (root === null) throw new Error("the page has no place for the kiosk");

const FRESH = { language: "vi", text: "m" } as const;
let screen = "";

/** Paint, and tell eyes, ears and fingers which screen it is. */
function paint(place: HTMLElement, view: View, hands: Hands): void {
  const { language, text } = view.kind === "asking" ? view.flow : FRESH;
  dress(language, text);
  render(<App view={view} hands={hands} />, place);
  const warned = view.kind === "asking" && "warned" in view.flow && view.flow.warned;
  const machine = "machine" in view && view.machine !== null;
  const now = [view.kind, view.kind === "asking" ? view.flow.screen : "", warned, machine].join(" ");
  if (now !== screen) moveFocus(place, view);
  screen = now;
}

/** Set what the whole page goes by, when it differs: each setting makes the browser work out every style anew. */
function dress(language: Language, text: TextSize): void {
  const { documentElement: page } = document;
  if (page.dataset["text"] !== text) page.dataset["text"] = text;
  if (page.lang === language) return;
  page.lang = language;
  document.title = words(language).title;
}

function moveFocus(place: HTMLElement, view: View): void {
  const active = document.activeElement;
  if (view.kind === "asking" && view.flow.screen === "idle" && view.machine === null) {
    if (active instanceof HTMLElement) active.blur();
    return;
  }
  const target =
    place.querySelector<HTMLElement>(".veil .strong") ??
    place.querySelector<HTMLElement>("#code") ??
    place.querySelector<HTMLElement>("main:not(.behind) h1");
  target?.focus({ preventScroll: true });
}

const awake = stayAwake();
const kiosk = new Kiosk({
  awake,
  show: (view) => {
    paint(root, view, kiosk.hands);
  },
  onQuiet: () => {
    activateUpdate();
  },
});
const activateUpdate = watchForUpdates(() => kiosk.isQuiet);
watchTouches(
  () => {
    void awake.ask();
    kiosk.hands.touch({ type: "touched" });
  },
  () => void kiosk.showMachine(),
);
void kiosk.start().finally(holdHistory);
