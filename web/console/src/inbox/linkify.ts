/** Splits plain text into text and http links; nothing a visitor writes ever becomes markup. */

export interface Part {
  text: string;
  href?: string;
}

const LINK = /https?:\/\/[^\s<>"'，。；！？、（）《》【】]+/gi;
const TRAILING = /[.,;:!?)\]}]+$/;

export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    const link = found[0].replace(TRAILING, "");
    if (found.index > at) parts.push({ text: text.slice(at, found.index) });
    parts.push({ text: link, href: link });
    at = found.index + link.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
