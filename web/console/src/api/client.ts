/**
 * One way to the service: JSON in and out, the session's cookie, the CSRF token on every change.
 * Every failure becomes an ApiError; status 0 means that the service was not reached at all.
 */

const ROOT = "/api/console/v1";
const VISITOR_ROOT = "/api/visitor/v1";
const DEADLINE_MS = 20_000;
const UPLOAD_DEADLINE_MS = 180_000;

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly retryAfterS: number | null = null,
    /** All that the service answered. */
    readonly body: unknown = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** The same request may succeed later: the network, an overload, a restart. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

let csrf = "";
let language = "zh";
let onUnauthorised: () => void = () => undefined;

export function setCsrf(token: string): void {
  csrf = token;
}

export function setRequestLanguage(code: string): void {
  language = code;
}

/** Called when a session has ended while the person was working. */
export function whenUnauthorised(handler: () => void): void {
  onUnauthorised = handler;
}

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return call<T>("GET", path + queryString(query), undefined, signal);
}

/** What a visitor gets, in a language of its own: `zh`, `zh-Hant` or `en`. */
export function getAsVisitor<T>(path: string, inLanguage: string): Promise<T> {
  return call<T>("GET", path, undefined, undefined, { root: VISITOR_ROOT, inLanguage });
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return call<T>("POST", path, body);
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return call<T>("PUT", path, body);
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return call<T>("PATCH", path, body);
}

export function remove<T>(path: string): Promise<T> {
  return call<T>("DELETE", path);
}

/** Sends files with progress (0-1); fetch cannot report progress, so this is an XMLHttpRequest. */
export function upload<T>(
  path: string,
  files: File | readonly File[],
  onProgress: (share: number) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", ROOT + path);
    request.timeout = UPLOAD_DEADLINE_MS;
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("Accept-Language", language);
    request.upload.onprogress = (event) =>
      onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = request.ontimeout = () => reject(new ApiError(0, "network", ""));
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status < 300) resolve(body as T);
      else reject(failure(request.status, body));
    };
    const form = new FormData();
    for (const file of [files].flat()) form.append("file", file, file.name);
    request.send(form);
  });
}

/** A file to keep, under the name that the service gives it. */
export async function download(path: string, query: Query = {}): Promise<void> {
  const headers = { "Accept-Language": language };
  let response: Response;
  let content: Blob;
  try {
    response = await fetch(ROOT + path + queryString(query), { headers, credentials: "same-origin" });
    content = await response.blob();
  } catch {
    throw new ApiError(0, "network", "");
  }
  if (!response.ok) throw refused(response.status, path, parse(await content.text()));
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name ?? "download";
  link.click();
  // The click has only begun the download.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  { root = ROOT, inLanguage = language } = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": inLanguage };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const init: RequestInit = {
    method,
    headers,
    credentials: "same-origin",
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  let text: string;
  try {
    response = await fetch(root + path, init);
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "network", "");
  }
  const answer = parse(text);
  if (response.ok) return answer as T;
  throw refused(response.status, path, answer);
}

/** Also tells the page when it is the session that has ended. */
function refused(status: number, path: string, body: unknown): ApiError {
  if (status === 401 && path !== "/login") onUnauthorised();
  return failure(status, body);
}

function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}

function failure(status: number, body: unknown): ApiError {
  const fields = (body ?? {}) as { error?: string; message?: string; field?: string; retry_after_s?: number };
  return new ApiError(
    status,
    fields.error ?? `http_${status}`,
    fields.message ?? "",
    fields.field ?? null,
    fields.retry_after_s ?? null,
    body,
  );
}

function queryString(query: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parts.set(key, String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}
