import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

/** True once `value` has been true for `ms` without a break: short drops need no banner. */
export const useLasting = (value: boolean, ms: number): boolean => {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!value) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return value && lasting;
};

export const useMedia = (query: string): boolean => {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = () => setMatches(list.matches);
    list.addEventListener("change", change);
    change();
    return () => list.removeEventListener("change", change);
  }, [query]);
  return matches;
};

/** A full-screen panel fits what the on-screen keyboard leaves, and the page behind it stays put. */
export const useFullScreen = (panel: RefObject<HTMLElement | null>, on: boolean): void => {
  useLayoutEffect(() => {
    const page = document.documentElement;
    const before = page.style.overflow;
    const view = window.visualViewport;
    const fit = () => {
      if (!panel.current || !view) return;
      panel.current.style.height = on ? `${view.height}px` : "";
      panel.current.style.top = on ? `${view.offsetTop}px` : "";
    };
    fit();
    if (!on) return;
    page.style.overflow = "hidden";
    view?.addEventListener("resize", fit);
    view?.addEventListener("scroll", fit);
    return () => {
      page.style.overflow = before;
      view?.removeEventListener("resize", fit);
      view?.removeEventListener("scroll", fit);
    };
  }, [panel, on]);
};

const FOCUSABLE =
  'a[href], button:not([disabled]), textarea:not([disabled]), input:not([disabled]), select, audio, video, [tabindex="0"]';

/** Tab goes round inside; the page behind a full-screen panel cannot be reached by accident. */
export const keepFocus = (event: KeyboardEvent, inside: HTMLElement): void => {
  if (event.key !== "Tab") return;
  const all = [...inside.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.offsetParent !== null);
  const now = (inside.getRootNode() as ShadowRoot).activeElement;
  const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (now === from || now === inside || !now) {
    event.preventDefault();
    to?.focus();
  }
};
