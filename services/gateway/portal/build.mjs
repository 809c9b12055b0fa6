// Copies into static/vendor what the portal takes from published packages, and nothing more.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "node_modules");
const vendor = join(here, "static", "vendor");

const faces = join(packages, "@fontsource-variable", "public-sans");
const subsets = ["latin", "vietnamese"];

async function copyType() {
  const everyFace = await readFile(join(faces, "wght.css"), "utf8");
  const wanted = everyFace
    .replace(/\/\*.*?\*\//g, "")
    .split("@font-face")
    .slice(1)
    .filter((face) => subsets.some((subset) => face.includes(`public-sans-${subset}-wght-normal`)))
    .map((face) => `@font-face${face.replace("./files/", "").replace("Public Sans Variable", "Public Sans")}`);
  await writeFile(join(vendor, "public-sans.css"), wanted.join(""));
  for (const subset of subsets) {
    const file = `public-sans-${subset}-wght-normal.woff2`;
    await copyFile(join(faces, "files", file), join(vendor, file));
  }
  await copyFile(join(faces, "LICENSE"), join(vendor, "public-sans.LICENSE.txt"));
}

async function buildStyles() {
  const styles = compile(join(here, "govuk.scss"), { loadPaths: [packages], style: "compressed", quietDeps: true });
  await writeFile(join(vendor, "govuk.css"), styles.css);
}

await mkdir(vendor, { recursive: true });
await copyType();
await buildStyles();
await copyFile(join(packages, "htmx.org", "dist", "htmx.min.js"), join(vendor, "htmx.min.js"));
