/** What a script adds to pages that work without one: the shop's colour, the chat, suggestions. */
import "@shared/tokens.css";
import "./style.css";

import { palette } from "@shared/colour.ts";

import { suggestIn } from "./suggest.ts";

interface Keting {
  open(): void;
  ask(text: string): void;
  compose(text: string): void;
}
const withWidget = (action: (keting: Keting) => void): void => {
  const page = window as unknown as { Keting?: { push(ready: (keting: Keting) => void): void } };
  page.Keting ??= [] as ((keting: Keting) => void)[];
  page.Keting.push(action);
};

const page = document.documentElement;
const night = matchMedia("(prefers-color-scheme: dark)");
const dress = () => {
  const { accent, onAccent, accentText, accentSoft } = palette(page.dataset["colour"] ?? "", night.matches);
  page.style.setProperty("--k-accent", accent);
  page.style.setProperty("--k-on-accent", onAccent);
  page.style.setProperty("--k-accent-text", accentText);
  page.style.setProperty("--k-accent-soft", accentSoft);
};
night.addEventListener("change", dress);
dress();

for (const part of document.querySelectorAll<HTMLElement>("[data-needs-script]")) part.hidden = false;
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-suggest]")) suggestIn(form);

document.addEventListener("click", ({ target }) => {
  const at = target as Element;
  const asked = at.closest<HTMLElement>("[data-ask]")?.dataset["ask"];
  const chat = at.closest<HTMLElement>("[data-chat]")?.dataset;
  if (asked) withWidget((keting) => keting.ask(asked));
  // The visitor goes on from what was read; whoever answers sees the page beside the conversation.
  else if (chat) withWidget((keting) => (chat["about"] ? keting.compose(chat["about"]) : keting.open()));
});
