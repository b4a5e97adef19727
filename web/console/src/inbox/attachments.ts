/** Files on their way into a reply, kept per conversation while the person looks elsewhere. */
import { shallowReactive } from "vue";

import { uploads } from "../api/calls";
import type { Upload } from "../api/types";
import { explain } from "../app/errors";

export interface Attachment {
  key: number;
  name: string;
  /** A local picture for the eye; empty for other files. */
  preview: string;
  state: "uploading" | "ready" | "failed";
  progress: number;
  problem: string;
  upload: Upload | null;
}

const byConversation = shallowReactive(new Map<string, Attachment[]>());
const files = new Map<number, File>();
let nextKey = 1;

export function attachmentsOf(id: string): readonly Attachment[] {
  return byConversation.get(id) ?? [];
}

export function attach(id: string, added: Iterable<File>): void {
  for (const file of added) {
    const key = nextKey++;
    files.set(key, file);
    const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : "";
    const blank: Attachment = {
      key,
      name: nameOf(file),
      preview,
      state: "uploading",
      progress: 0,
      problem: "",
      upload: null,
    };
    byConversation.set(id, [...attachmentsOf(id), blank]);
    void send(id, key);
  }
}

export async function send(id: string, key: number): Promise<void> {
  const file = files.get(key);
  if (!file) return;
  change(id, key, { state: "uploading", progress: 0, problem: "" });
  try {
    const upload = await uploads.send(file, (progress) => change(id, key, { progress }));
    change(id, key, { state: "ready", upload, progress: 1 });
  } catch (error) {
    change(id, key, { state: "failed", problem: explain(error) });
  }
}

/** The preview's address stays valid: the transcript may still show it. */
export function detach(id: string, key: number): void {
  files.delete(key);
  byConversation.set(
    id,
    attachmentsOf(id).filter((attachment) => attachment.key !== key),
  );
}

export function kindOf(mime: string): "image" | "audio" | "video" | "file" {
  const family = mime.split("/")[0];
  return family === "image" || family === "audio" || family === "video" ? family : "file";
}

function change(id: string, key: number, part: Partial<Attachment>): void {
  const list = attachmentsOf(id).map((attachment) =>
    attachment.key === key ? { ...attachment, ...part } : attachment,
  );
  byConversation.set(id, list);
}

/** Pasted pictures all come as "image.png". */
function nameOf(file: File): string {
  if (file.name && file.name !== "image.png") return file.name;
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:T]/g, "");
  return `${stamp}.${file.type.split("/")[1] ?? "png"}`;
}
