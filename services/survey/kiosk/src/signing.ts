/** Signed requests: RFC 9421 with ecdsa-p256-sha256 over method, path and the RFC 9530 digest of the body. */
import { base64, base64url, sha256, utf8 } from "./encoding";
import type { Bytes } from "./encoding";

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const ALGORITHM = { name: "ECDSA", hash: "SHA-256" } as const;

/** The part of a public P-256 key that the server keeps. */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}

/** What a request is signed with: the key's name, and the server's nonce, so that no clock matters. */
export interface Seal {
  readonly keyid: string;
  readonly nonce: string;
}

/** Make the tablet's key pair; the private half can never leave the browser. */
export function newKeyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
}

export async function publicJwk(key: CryptoKey): Promise<PublicJwk> {
  const { x, y } = await crypto.subtle.exportKey("jwk", key);
  if (x === undefined || y === undefined) throw new Error("the key has no public point");
  return { kty: "EC", crv: "P-256", x, y };
}

/** The RFC 7638 name of a key that has no device id yet. */
export async function thumbprint(jwk: PublicJwk): Promise<string> {
  return base64url(await sha256(utf8(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))));
}

export async function contentDigest(body: Bytes): Promise<string> {
  return `sha-256=:${base64(await sha256(body))}:`;
}

export function signatureParameters(seal: Seal): string {
  const { nonce, keyid } = seal;
  return `("@method" "@path" "content-digest");nonce="${nonce}";keyid="${keyid}";alg="ecdsa-p256-sha256"`;
}

export function signatureBase(method: string, path: string, digest: string, seal: Seal): string {
  return [
    `"@method": ${method}`,
    `"@path": ${path}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${signatureParameters(seal)}`,
  ].join("\n");
}

/** The three headers that sign a request. */
export async function signatureHeaders(
  request: { readonly method: string; readonly path: string; readonly body: Bytes },
  seal: Seal,
  key: CryptoKey,
): Promise<Record<string, string>> {
  const digest = await contentDigest(request.body);
  const base = signatureBase(request.method, request.path, digest, seal);
  const signature = new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, utf8(base)));
  return {
    "Content-Digest": digest,
    "Signature-Input": `device=${signatureParameters(seal)}`,
    Signature: `device=:${base64(signature)}:`,
  };
}
