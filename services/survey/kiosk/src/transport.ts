/** Signed requests to the survey service. Whatever is not its own JSON counts as "not sent". */
import { readProblemCode } from "./answers";
import { retryAfterMs } from "./backoff";
import type { Bytes } from "./encoding";
import { signatureHeaders } from "./signing";
import { exclusionIn } from "./standing";

const PATIENCE_MS = 30_000;

export interface Signer {
  readonly keyid: string;
  readonly key: CryptoKey;
}

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: Bytes;
  readonly contentType?: string;
}

/** What came of a request: an answer, a refusal by the service itself, or nothing that it can be held to. */
export type Reply =
  | {
      readonly kind: "answered";
      readonly body: unknown;
      readonly sentMono: number;
      readonly receivedMono: number;
    }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly code: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: "not_sent"; readonly retryAfterMs: number | null };

export interface Environment {
  readonly fetch: typeof fetch;
  readonly mono: () => number;
  readonly now: () => number;
}

export type Transport = ReturnType<typeof createTransport>;

/** The newest nonce is kept between requests; a request refused for a stale one is sent again at once, one time. */
export function createTransport(environment: Environment, patienceMs = PATIENCE_MS) {
  let nonce = "none";

  async function once(
    request: Request,
    signer: Signer,
    useNonce: string,
  ): Promise<Reply & { status: number }> {
    const sentMono = environment.mono();
    const response = await environment.fetch(request.path, await init(request, signer, useNonce, patienceMs));
    const fresh = response.headers.get("Device-Nonce");
    if (fresh !== null) nonce = fresh;
    const body = await readJson(response);
    const receivedMono = environment.mono();
    const retryAfter = retryAfterMs(response.headers.get("Retry-After"), environment.now());
    const { status } = response;
    if (response.ok && body !== undefined) return { kind: "answered", body, sentMono, receivedMono, status };
    const code = readProblemCode(body);
    if (!response.ok && code !== null) return { kind: "refused", status, code, retryAfterMs: retryAfter };
    return { kind: "not_sent", retryAfterMs: retryAfter, status };
  }

  return {
    /** Send with the server's nonce. */
    send: async (request: Request, signer: Signer): Promise<Reply> => {
      try {
        const used = nonce;
        const reply = await once(request, signer, used);
        const isStale = reply.status === 401 && nonce !== used && exclusionIn(reply) === null;
        return isStale ? await once(request, signer, nonce) : reply;
      } catch {
        return { kind: "not_sent", retryAfterMs: null };
      }
    },
    /** Send with a nonce of one's own, as pairing does with its code. */
    sendWith: async (request: Request, signer: Signer, ownNonce: string): Promise<Reply> => {
      try {
        return await once(request, signer, ownNonce);
      } catch {
        return { kind: "not_sent", retryAfterMs: null };
      }
    },
  };
}

async function init(
  request: Request,
  signer: Signer,
  nonce: string,
  patienceMs: number,
): Promise<RequestInit> {
  const { keyid, key } = signer;
  const headers = await signatureHeaders(request, { keyid, nonce }, key);
  return {
    method: request.method,
    headers: { ...headers, ...(request.contentType ? { "Content-Type": request.contentType } : {}) },
    body: request.method === "GET" ? null : request.body,
    redirect: "error",
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(patienceMs),
  };
}

/** Read a body that says it is JSON and is; undefined for everything else. */
async function readJson(response: Response): Promise<unknown> {
  const type = response.headers.get("Content-Type") ?? "";
  const text = await response.text();
  if (!/^application\/(problem\+)?json\b/.test(type)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
