/** Prints what the tablet loads, packed; fails when the scripts or the first visit are heavier than they may be. */
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const SCRIPT_LIMIT = 25_000;
const VISIT_LIMIT = 60 * 1024;
const dist = new URL("dist/", import.meta.url);

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.(png|svg)$/.test(entry.name))
  .map((entry) => {
    const bytes = readFileSync(`${entry.parentPath}/${entry.name}`);
    return {
      name: entry.name,
      packed: entry.name.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length,
    };
  });
const total = (some) => some.reduce((sum, file) => sum + file.packed, 0);
const scripts = total(files.filter((file) => file.name.endsWith(".js")));
// The worker and the manifest are fetched after the question stands.
const visit = total(files.filter((file) => !/^(worker\.js|manifest)/.test(file.name)));

for (const { name, packed } of files) console.log(`${String(packed).padStart(7)}  ${name}`);
console.log(`${String(scripts).padStart(7)}  JavaScript, gzip (limit ${SCRIPT_LIMIT})`);
console.log(`${String(visit).padStart(7)}  first visit (limit ${VISIT_LIMIT})`);
process.exit(scripts < SCRIPT_LIMIT && visit < VISIT_LIMIT ? 0 : 1);
