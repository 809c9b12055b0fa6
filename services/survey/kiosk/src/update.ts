/** Brings a new version in only between two people: on the idle screen, with nothing begun. */

const CHECK_EVERY_MS = 12 * 3_600_000;

/** Register the service worker; the returned function may be called whenever nobody would notice a reload. */
export function watchForUpdates(isQuiet: () => boolean): () => void {
  if (!("serviceWorker" in navigator)) return () => undefined;
  const workers = navigator.serviceWorker;
  let registration: ServiceWorkerRegistration | undefined;
  let replacing = false;

  function activate(): void {
    if (registration?.waiting && workers.controller && isQuiet()) {
      replacing = true;
      registration.waiting.postMessage("activate");
    }
  }

  function watch(found: ServiceWorkerRegistration): void {
    registration = found;
    found.addEventListener("updatefound", () => {
      found.installing?.addEventListener("statechange", activate);
    });
    setInterval(() => void found.update().catch(() => undefined), CHECK_EVERY_MS);
    activate();
  }

  workers.addEventListener("controllerchange", () => {
    if (replacing) location.reload();
  });
  workers
    .register("/kiosk/worker.js", { scope: "/kiosk/", updateViaCache: "none" })
    .then(watch, () => undefined);
  return activate;
}
