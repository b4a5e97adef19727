/** Questions while somebody writes, as a combobox: the list helps, the form works without it. */
import type { Language } from "@shared/protocol.ts";

import { step, suggest, Typeahead, type Question } from "../../widget/src/typeahead.ts";

const MOST = 6;

export const suggestIn = (form: HTMLFormElement): void => {
  const field = form.querySelector<HTMLInputElement>("input[type=search]")!;
  const language = form.querySelector<HTMLInputElement>("[name=lang]")!.value as Language;
  const source = { base: location.origin, language, channel: "help" } as const;
  const { suggestions: label = "", suggested: count = "" } = form.dataset;

  const list = document.createElement("ul");
  list.className = "suggested";
  list.id = `${field.id}-suggested`;
  list.role = "listbox";
  list.ariaLabel = label;
  const said = document.createElement("div");
  said.className = "sr";
  said.role = "status";
  form.append(list, said);
  field.role = "combobox";
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);

  let at = -1;
  const options = () => [...list.children] as HTMLElement[];
  const show = (questions: readonly Question[]) => {
    at = -1;
    list.replaceChildren(...questions.map((each, i) => option(each, `${list.id}-${i}`, language)));
    list.hidden = !questions.length;
    field.ariaExpanded = String(questions.length > 0);
    field.removeAttribute("aria-activedescendant");
    said.textContent = questions.length ? count.replace("{n}", String(questions.length)) : "";
  };
  const choose = (next: number) => {
    at = next;
    options().forEach((each, i) => (each.ariaSelected = String(i === at)));
    const chosen = options()[at];
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
  };
  const typeahead = new Typeahead((text, signal) => suggest(source, text, MOST, signal), show);
  const close = () => {
    typeahead.stop();
    show([]);
  };

  field.addEventListener("input", () => typeahead.type(field.value));
  field.addEventListener("blur", close);
  form.addEventListener("submit", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
    if (by) choose(step(at, by, options().length));
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) options()[at]?.querySelector("a")?.click();
    else return;
    event.preventDefault();
  });
  // A press moves the focus, and with it the list would go before the click comes.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  show([]);
};

const option = (each: Question, id: string, language: Language): HTMLLIElement => {
  const item = document.createElement("li");
  item.role = "option";
  item.id = id;
  item.ariaSelected = "false";
  const link = document.createElement("a");
  link.href = `/help/a/${encodeURIComponent(each.slug)}?lang=${language}`;
  link.tabIndex = -1;
  link.textContent = each.question;
  item.append(link);
  return item;
};
