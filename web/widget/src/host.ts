/** What the loader and the chat that it fetches later know of each other. */
import type { Language } from "@shared/protocol.ts";

export interface Host {
  /** Origin of the service: where the script came from. */
  base: string;
  root: ShadowRoot;
  language: Language;
  theme: "auto" | "light" | "dark";
  identity: string | null;
  opened: boolean;
  /** What the page asked for the visitor before the chat was there. */
  questions: string[];
  /** What the page put in the field before the chat was there. */
  draft: string;
  /** The visitor opened the panel other than by the launcher. */
  open(): void;
  /** The visitor closed the panel from inside. */
  closed(): void;
  badge(unread: number): void;
  /** What the launcher needs to know before the chat is there, on the next page too. */
  settings(colour: string, position: "left" | "right"): void;
  /** An open conversation: on the next page the chat is loaded without a click. */
  active(yes: boolean): void;
  spoke(language: Language): void;
  emit(event: string, detail: unknown): void;
}

export interface Chat {
  open(): void;
  close(): void;
  /** Send this for the visitor, or put it below what is being written. */
  ask(text: string): void;
  /** Put this in the field, if nothing is being written. */
  compose(text: string): void;
  identify(jwt: string | null): void;
  setLanguage(language: Language): void;
}

declare global {
  interface Window {
    /** Set by the chat bundle. */
    KetingChat?: (host: Host) => Chat;
  }
}
