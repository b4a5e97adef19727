/** Where in a text the links are.  Only http(s), only what is plainly an address; the rest stays text. */
export type Piece = { text: string } | { text: string; href: string };

// ASCII only: Chinese text right after an address is not part of it.
const ADDRESS = /https?:\/\/[A-Za-z0-9][A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*/g;

export const linkify = (text: string): Piece[] => {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trim(match[0]);
    if (!valid(address)) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) });
    pieces.push({ text: address, href: address });
    done = match.index + address.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
};

/** The full stop after an address belongs to the sentence, and so does a bracket that opened before it. */
const trim = (address: string): string => {
  let end = address;
  for (;;) {
    const last = end.at(-1) ?? "";
    const open = { ")": "(", "]": "[" }[last];
    const unbalanced = open !== undefined && end.split(last).length > end.split(open).length;
    if (!unbalanced && !/[.,;:!?'*_~]/.test(last)) return end;
    end = end.slice(0, -1);
  }
};
const valid = (address: string): boolean => {
  try {
    const { hostname, username } = new URL(address);
    return hostname.length > 0 && username === ""; // https://bank.example@evil.example is bait
  } catch {
    return false;
  }
};
