import { ApiError, type VisitorApi } from "./api.ts";
import type { Limits, Uploaded } from "./protocol.ts";

export interface Upload {
  id: string;
  file: File;
  /** 0 to 1. */
  progress: number;
  /** A code of ours or of the service: `too_large`, `type_not_allowed`, `network` … */
  error: string | null;
  /** Where it failed: the seq of the newest message then.  Null while it is on its way: it comes last. */
  after: number | null;
}

export type Send = (
  api: VisitorApi,
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
) => Promise<Uploaded>;

/** Why this file cannot be sent, before a byte of it is. */
export const refusedBy = (limits: Limits, file: File): "too_large" | "type_not_allowed" | "empty" | null => {
  if (file.size > limits.upload_bytes) return "too_large";
  if (file.size === 0) return "empty";
  // Some systems leave the type empty; the service looks at the bytes anyway.
  if (file.type && !limits.mime.includes(file.type)) return "type_not_allowed";
  return null;
};

/** Files on their way to the service.  They do not survive a reload: a page cannot keep a file. */
export class Uploads {
  list: readonly Upload[] = [];
  private readonly stops = new Map<string, AbortController>();

  constructor(
    private readonly api: VisitorApi,
    private readonly send: Send,
    private readonly changed: () => void,
    private readonly done: (uploaded: Uploaded) => void,
    private readonly cursor: () => number,
  ) {}

  add(id: string, file: File, limits: Limits): void {
    this.list = [...this.list, { id, file, progress: 0, error: null, after: null }];
    const error = refusedBy(limits, file);
    if (error) return this.fail(id, error);
    this.changed();
    void this.transfer(id, file);
  }
  retry(id: string): void {
    const upload = this.list.find((one) => one.id === id);
    if (!upload) return;
    this.remove(id);
    this.list = [...this.list, { ...upload, error: null, progress: 0, after: null }];
    this.changed();
    void this.transfer(id, upload.file);
  }
  cancel(id: string): void {
    this.stops.get(id)?.abort();
    this.remove(id);
  }

  private async transfer(id: string, file: File): Promise<void> {
    const stop = new AbortController();
    this.stops.set(id, stop);
    try {
      const uploaded = await this.send(
        this.api,
        file,
        (progress) => this.update(id, { progress }),
        stop.signal,
      );
      this.remove(id);
      this.done(uploaded);
    } catch (error) {
      this.fail(id, error instanceof ApiError ? error.code : "network");
    } finally {
      this.stops.delete(id);
    }
  }
  /** It stays where it was when it failed; what is written later comes below. */
  private fail(id: string, error: string): void {
    this.update(id, { error, after: this.cursor() });
  }
  private update(id: string, change: Partial<Upload>): void {
    this.list = this.list.map((one) => (one.id === id ? { ...one, ...change } : one));
    this.changed();
  }
  private remove(id: string): void {
    this.list = this.list.filter((one) => one.id !== id);
    this.changed();
  }
}

/** `fetch` cannot tell how much it has sent; XMLHttpRequest can. */
export const sendByXhr: Send = (api, file, progress, signal) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", api.uploadUrl);
    for (const [name, value] of Object.entries(api.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = request.ontimeout = () => reject(new ApiError(0, "network", ""));
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status < 300) resolve(body as unknown as Uploaded);
      else
        reject(
          new ApiError(
            request.status,
            String(body["error"] ?? byStatus(request.status)),
            String(body["message"] ?? ""),
          ),
        );
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });

const parse = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};
/** A proxy in front answers in its own words. */
const byStatus = (status: number): string =>
  status === 413 ? "too_large" : status === 415 ? "type_not_allowed" : "http_error";
