/** What every build of this workspace has in common. */
import { fileURLToPath } from "node:url";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const alias = { "@shared": here("./shared/src") };

/** Where `npm run dev:*` finds the service (or the fake one). */
export const service = process.env["KETING_DEV_SERVICE"] ?? "http://127.0.0.1:8000";
