// Keeps an open page current: the stream says that something changed, and htmx fetches the part that moves.
// Without this file, without htmx or without EventSource the page is complete and stays as it was loaded.
(() => {
  "use strict";
  const SPREAD_MS = 150; // many screens that hear of one change do not all ask in the same moment
  const live = document.querySelector("[data-live]");
  if (!live || !window.EventSource || !window.htmx) return;
  const { id } = live;
  const source = new EventSource(live.dataset.live);
  let heard = null;
  let waiting = null;

  const refresh = () => {
    if (waiting !== null) return;
    waiting = window.setTimeout(() => {
      waiting = null;
      const part = document.getElementById(id);
      if (part) part.dispatchEvent(new CustomEvent("refresh"));
    }, Math.random() * SPREAD_MS);
  };

  source.addEventListener("changed", (event) => {
    const first = heard === null;
    if (event.data === heard) return;
    heard = event.data;
    // The first event tells where the stream stands; the page was made a moment ago, perhaps a moment too early.
    if (!first || event.data !== live.dataset.version) refresh();
  });
  window.addEventListener("pagehide", () => source.close());
})();
