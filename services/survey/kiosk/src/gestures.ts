/** Touches that belong to no button: any touch means "I am here"; a long one in the corner opens the machine's state. */

const CORNER_PX = 120;
const HOLD_MS = 4_000;

export function watchTouches(onTouch: () => void, onCornerHeld: () => void): void {
  let hold: ReturnType<typeof setTimeout> | undefined;

  window.addEventListener(
    "pointerdown",
    (event) => {
      onTouch();
      clearTimeout(hold);
      if (event.clientX < CORNER_PX && event.clientY < CORNER_PX) hold = setTimeout(onCornerHeld, HOLD_MS);
    },
    { capture: true },
  );
  for (const type of ["pointerup", "pointercancel"]) {
    window.addEventListener(type, () => {
      clearTimeout(hold);
    });
  }
  window.addEventListener("keydown", onTouch, { capture: true });
  window.addEventListener("contextmenu", (event) => {
    event.preventDefault();
  });
}

/** A tablet has no page to go back to: the back button stays on the question. A code in the address begins anew. */
export function holdHistory(): void {
  history.pushState(null, "", location.pathname);
  window.addEventListener("popstate", () => {
    if (location.hash === "") history.pushState(null, "", location.pathname);
    else location.reload();
  });
}
