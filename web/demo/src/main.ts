import "@shared/tokens.css";
import "./style.css";

import { PRODUCTS, WORDS, type Tongue } from "./words.ts";

/** What widget.js leaves on the page, once it is there (docs/widget.md). */
interface Keting {
  open(): void;
  ask(text: string): void;
  setLanguage(language: string): void;
}
const withWidget = (action: (keting: Keting) => void): void => {
  const page = window as unknown as { Keting?: { push(ready: (keting: Keting) => void): void } };
  page.Keting ??= [] as ((keting: Keting) => void)[];
  page.Keting.push(action);
};

const element = <T extends HTMLElement>(tag: string, className = "", text = ""): T => {
  const made = document.createElement(tag) as T;
  made.className = className;
  made.textContent = text;
  return made;
};

const shelf = (tongue: Tongue): HTMLElement[] =>
  PRODUCTS.map(({ name, note, price, drawing }) => {
    const item = element("li", "product");
    const picture = element("div", "picture");
    picture.innerHTML = `<svg viewBox="0 0 200 150" aria-hidden="true">${drawing}</svg>`;
    const row = element("div", "row");
    const ask = element<HTMLButtonElement>("button", "ask", WORDS[tongue]["buy"]);
    ask.dataset["question"] = WORDS[tongue]["about_product"]?.replace("{name}", name[tongue]);
    ask.setAttribute("aria-label", `${WORDS[tongue]["buy"]}: ${name[tongue]}`);
    row.append(element("b", "price", `¥${price.toLocaleString("en")}`), ask);
    item.append(picture, element("h3", "", name[tongue]), element("p", "", note[tongue]), row);
    return item;
  });

const speak = (tongue: Tongue): void => {
  document.documentElement.lang = tongue;
  for (const place of document.querySelectorAll<HTMLElement>("[data-say]")) {
    place.textContent = WORDS[tongue][place.dataset["say"] ?? ""] ?? "";
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset["language"] === tongue));
  }
  document.getElementById("shelf")?.replaceChildren(...shelf(tongue));
};

const asked = new URLSearchParams(location.search).get("lang");
const tongue: Tongue = /^zh/i.test(asked ?? navigator.language) ? "zh" : "en";
speak(tongue);
if (asked) withWidget((keting) => keting.setLanguage(tongue));

const night = matchMedia("(prefers-color-scheme: dark)");
const dress = () => (document.documentElement.dataset["theme"] = night.matches ? "dark" : "light");
night.addEventListener("change", dress);
dress();

document.addEventListener("click", (event) => {
  const at = event.target as HTMLElement;
  const chosen = at.closest<HTMLElement>("[data-language]")?.dataset["language"] as Tongue | undefined;
  if (chosen) {
    speak(chosen);
    withWidget((keting) => keting.setLanguage(chosen));
  }
  const asking = at.closest<HTMLElement>("[data-ask], [data-question]")?.dataset;
  if (!asking) return;
  const question = asking["question"] ?? WORDS[document.documentElement.lang as Tongue][asking["ask"] ?? ""];
  withWidget((keting) => (question ? keting.ask(question) : keting.open()));
});
