/** The service worker: GET only, the shell and nothing but the shell, never the service's answers. */

declare const self: ServiceWorkerGlobalScope;
declare const __SHELL_FILES__: readonly string[];
declare const __SHELL_VERSION__: string;

const BASE = "/kiosk/";
const CACHE = `shell-${__SHELL_VERSION__}`;
const FILES = __SHELL_FILES__.map((file) => (file === "index.html" ? BASE : BASE + file));

/** The shell before this one stays, so that a bad release can be taken back without a network. */
const SHELLS_KEPT = 2;

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
}

async function activate(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== CACHE);
  const old = shells.slice(0, Math.max(0, shells.length - (SHELLS_KEPT - 1)));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const wanted = request.mode === "navigate" ? BASE : request;
  return (await cache.match(wanted, { ignoreSearch: true })) ?? fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});
self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});
self.addEventListener("message", (event) => {
  if (event.data === "activate") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method === "GET" && origin === self.location.origin && pathname.startsWith(BASE)) {
    event.respondWith(answer(event.request));
  }
});

export {};
