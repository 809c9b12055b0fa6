// A subscriber of a CCHC stream in JavaScript, without dependencies: it reads a channel from its beginning and proves
// that nothing is missing.
//
//     node subscriber.mjs https://cchc.example.vn figures.xa-binh-an token.txt
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const [url, channel, tokenFile] = process.argv.slice(2);
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** JSON as RFC 8785 writes it: names sorted, no spaces. JavaScript's own numbers and strings are the standard's. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

async function get(path, query) {
  const authorization = `Bearer ${readFileSync(tokenFile, "utf8").trim()}`;
  const answer = await fetch(`${url}/streams/v1${path}?${new URLSearchParams(query)}`, { headers: { authorization } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${said.code}: ${said.detail ?? said.title}`);
  return said;
}

let hash = sha256(channel);
let sequence = 0;
let after = "";
for (let events; (events = await get(`/${channel}`, { after })).length > 0; ) {
  for (const event of events) {
    sequence += 1;
    if (Number(event.sequence) !== sequence) throw new Error(`message ${sequence} is missing`);
    const { data, id, source, subject, time, type } = event;
    hash = sha256(hash, sha256(canonical({ data, id, source, subject, time, type })));
    after = event.streamtoken;
  }
}
const { head } = await get(`/${channel}/completeness`, { period: "2021" });
const complete = head.sequence === sequence && head.hash === hash.toString("hex");
console.log(`${sequence} messages, hash ${hash.toString("hex")}`);
console.log(complete ? "complete" : "something is missing or was changed");
process.exitCode = complete ? 0 : 1;
