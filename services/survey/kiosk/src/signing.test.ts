import { expect, test } from "vitest";
import { utf8 } from "./encoding";
import {
  contentDigest,
  newKeyPair,
  publicJwk,
  signatureBase,
  signatureHeaders,
  signatureParameters,
  thumbprint,
} from "./signing";
import vector from "./testing/device-request-vector.json";

const seal = { nonce: "n-5fJ2q9Zs", keyid: "dev_7Q2M4K8P" };
const body = utf8(vector.lines.map((line) => `${line}\n`).join(""));

test("digest, parameters and base are those of the device-request vector", async () => {
  const digest = await contentDigest(body);
  expect(digest).toBe(vector.content_digest);
  expect(`device=${signatureParameters(seal)}`).toBe(vector.signature_input);
  expect(signatureBase(vector.method, vector.path, digest, seal)).toBe(vector.signature_base);
});

test("a request signed here verifies with the public key, and not with another path", async () => {
  const { publicKey, privateKey } = await newKeyPair();
  const headers = await signatureHeaders({ method: "POST", path: vector.path, body }, seal, privateKey);
  const signature = Uint8Array.from(
    Buffer.from(headers["Signature"]!.slice("device=:".length, -1), "base64"),
  );
  const verifies = (path: string) =>
    crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      publicKey,
      signature,
      utf8(signatureBase("POST", path, headers["Content-Digest"]!, seal)),
    );
  expect(signature.length).toBe(64);
  expect(await verifies(vector.path)).toBe(true);
  expect(await verifies("/api/survey/v1/devices/pair")).toBe(false);
});

test("the private key cannot be exported", async () => {
  const { privateKey } = await newKeyPair();
  await expect(crypto.subtle.exportKey("jwk", privateKey)).rejects.toThrow();
});

test("a key has a name before it has a device id", async () => {
  const { publicKey } = await newKeyPair();
  expect(await thumbprint(await publicJwk(publicKey))).toMatch(/^[\w-]{43}$/);
});
