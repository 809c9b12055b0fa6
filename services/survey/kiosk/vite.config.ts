import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const version = (
  JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** Writes the list of files that make up the shell, and a name for exactly this set, into the service worker. */
function precache(): Plugin {
  return {
    name: "precache",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const worker = bundle["worker.js"];
      if (worker?.type !== "chunk") throw new Error("the service worker is missing from the build");
      const shell = Object.values(bundle).filter((file) => file !== worker);
      const digest = createHash("sha256");
      for (const file of shell)
        digest.update(file.fileName).update(file.type === "chunk" ? file.code : file.source);
      digest.update(worker.code);
      const files = shell
        .map((file) => file.fileName)
        .concat("manifest.webmanifest", "icon.svg", "icon-512.png");
      worker.code = worker.code
        .replace("__SHELL_FILES__", () => JSON.stringify(files))
        .replace("__SHELL_VERSION__", () => JSON.stringify(digest.digest("hex").slice(0, 16)));
    },
  };
}

export default defineConfig({
  base: "/kiosk/",
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    target: "chrome100",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", worker: "src/worker.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  plugins: [precache()],
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
