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
  const asking = new Set(); // what the reader asked for and has not got: the page does not move under their hands
  let held = false;

  const refresh = () => {
    if (waiting !== null) return;
    waiting = window.setTimeout(() => {
      waiting = null;
      held = asking.size > 0;
      if (held) return;
      const part = document.getElementById(id);
      if (part) part.dispatchEvent(new CustomEvent("refresh"));
    }, Math.random() * SPREAD_MS);
  };

  document.addEventListener("htmx:before:request", ({ target, detail }) => {
    if (target.id !== id) asking.add(detail.ctx);
  });
  document.addEventListener("htmx:finally:request", ({ detail }) => {
    asking.delete(detail.ctx);
    if (held) refresh();
  });
  source.addEventListener("changed", (event) => {
    const first = heard === null;
    if (event.data === heard) return;
    heard = event.data;
    // The first event tells where the stream stands; the page was made a moment ago, perhaps a moment too early.
    if (!first || event.data !== live.dataset.version) refresh();
  });
  window.addEventListener("pagehide", () => source.close());
})();
