/** The one door to the server: JSON in and out, problems as errors, the CSRF token on what changes things. */
import type { Problem } from "@shared/types";

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? problem.code);
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

let csrf = "";
let onSignedOut: () => void = () => undefined;

export function setCsrf(token: string | undefined): void {
  if (token) csrf = token;
}

/** Called when the session is no longer good. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

export type Query = Record<string, string | number | boolean | null | undefined>;
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
interface Options { query?: Query; body?: unknown; signal?: AbortSignal; key?: string }

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return `/api/v1${path}${text ? `?${text}` : ""}`;
}

/** A random id: idempotency keys and client ids. Works without a secure context too. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function call<Answer>(method: Method, path: string, options: Options = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (options.key) headers["Idempotency-Key"] = options.key;
  const form = options.body instanceof FormData;
  if (options.body !== undefined && !form) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(address(path, options.query), {
      method, headers, credentials: "same-origin", ...(options.signal ? { signal: options.signal } : {}),
      ...(options.body === undefined ? {} : { body: form ? (options.body as FormData) : JSON.stringify(options.body) }),
    });
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw new ApiError({ status: 0, code: "network" });
  }
  if (!answer.ok) throw await problemOf(answer, path);
  if (answer.status === 204 || answer.headers.get("Content-Length") === "0") return undefined as Answer;
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as Answer;
}

async function problemOf(answer: Response, path: string): Promise<ApiError> {
  let problem: Problem;
  try {
    const given = (await answer.json()) as Partial<Problem>;
    problem = { ...given, status: answer.status, code: given.code ?? "internal" };
  } catch {
    problem = { status: answer.status, code: answer.status === 404 ? "not-found" : "internal" };
  }
  if (answer.status === 401 && path !== "/session" && path !== "/me") onSignedOut();
  return new ApiError(problem);
}

const CALL_MS = 30_000;

export const api = {
  /** A call that is repeated until it is answered: it gives up in time. */
  call: <Answer>(method: Method, path: string, body: unknown, key: string) =>
    call<Answer>(method, path, { ...(method === "DELETE" ? {} : { body: body ?? {} }), key, signal: AbortSignal.timeout(CALL_MS) }),
  get: <Answer>(path: string, query?: Query, signal?: AbortSignal) =>
    call<Answer>("GET", path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) }),
  post: <Answer>(path: string, body?: unknown, key?: string) =>
    call<Answer>("POST", path, { body: body ?? {}, ...(key ? { key } : {}) }),
  put: <Answer>(path: string, body?: unknown) => call<Answer>("PUT", path, { body: body ?? {} }),
  patch: <Answer>(path: string, body: unknown) => call<Answer>("PATCH", path, { body }),
  delete: <Answer>(path: string) => call<Answer>("DELETE", path),
};

/** Uploads one file with progress (0..1); abort cancels. */
export function upload<Answer>(file: File, progress: (part: number) => void, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file, file.name);
    request.open("POST", address("/files"));
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.addEventListener("progress", (event) => progress(event.total ? event.loaded / event.total : 0));
    request.addEventListener("error", () => reject(new ApiError({ status: 0, code: "network" })));
    request.addEventListener("abort", () => reject(new ApiError({ status: 0, code: "aborted" })));
    request.addEventListener("load", () => {
      if (request.status < 300) {
        resolve(JSON.parse(request.responseText) as Answer);
        return;
      }
      let code = "internal";
      try {
        code = (JSON.parse(request.responseText) as Problem).code;
      } catch {
        // The answer was no problem document: the general words stand.
      }
      reject(new ApiError({ status: request.status, code }));
    });
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
