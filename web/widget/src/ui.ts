/** What every part of the panel needs, without passing it through all of them. */
import type { VisitorClient } from "@shared/client.ts";
import type { Language } from "@shared/protocol.ts";
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Say } from "./words.ts";

export interface Ui {
  client: VisitorClient;
  language: Language;
  say: Say;
  /** The panel covers the whole screen. */
  phone: boolean;
  enlarge(image: { url: string; name: string }): void;
  leaveMessage(): void;
  /** Where the focus goes when what had it is gone: to the field, on a phone to the history (no keyboard). */
  compose(): void;
  /** What fails is said above the transcript. */
  attempt(action: Promise<unknown>): void;
}

export const UiContext = createContext<Ui | null>(null);

export const useUi = (): Ui => {
  const ui = useContext(UiContext);
  if (!ui) throw new Error("outside of the panel");
  return ui;
};
