/** What the toolbar does to a piece of Markdown. Pure: text and selection in, text and selection out. */

export interface Edit {
  text: string;
  /** The selection, in UTF-16 units. */
  start: number;
  end: number;
}

/** Marks around the selection; a selection that has them loses them. */
export function wrap({ text, start, end }: Edit, mark: string, placeholder: string): Edit {
  const chosen = text.slice(start, end);
  const outer = text.slice(start - mark.length, start) === mark && text.slice(end).startsWith(mark);
  if (chosen && outer) {
    const at = start - mark.length;
    return {
      text: text.slice(0, at) + chosen + text.slice(end + mark.length),
      start: at,
      end: at + chosen.length,
    };
  }
  const inside = chosen || placeholder;
  const at = start + mark.length;
  return {
    text: text.slice(0, start) + mark + inside + mark + text.slice(end),
    start: at,
    end: at + inside.length,
  };
}

const BULLET = /^(?:[-*+]|\d+\.) +/;

/** The lines of the selection as a list, or as lines again. */
export function list({ text, start, end }: Edit, isNumbered: boolean): Edit {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next;
  const lines = text.slice(from, to).split("\n");
  const wanted = isNumbered ? /^\d+\. / : /^[-*+] /;
  const isAlready = lines.every((line) => wanted.test(line));
  const changed = lines
    .map((line) => line.replace(BULLET, ""))
    .map((line, index) => (isAlready ? line : `${isNumbered ? `${index + 1}.` : "-"} ${line}`))
    .join("\n");
  // A list begins after an empty line, else it goes on with the sentence before it.
  const gap = isAlready || from === 0 || text.slice(0, from).endsWith("\n\n") ? "" : "\n";
  const at = from + gap.length;
  return { text: text.slice(0, from) + gap + changed + text.slice(to), start: at, end: at + changed.length };
}

/** A link on the selection; what is selected afterwards is the address, to be typed over. */
export function link({ text, start, end }: Edit, placeholder: string): Edit {
  const label = text.slice(start, end) || placeholder;
  const address = "https://";
  const at = start + label.length + 3;
  return {
    text: `${text.slice(0, start)}[${label}](${address})${text.slice(end)}`,
    start: at,
    end: at + address.length,
  };
}

/** An uploaded picture in a paragraph of its own; the selection is what it shows, to be typed over. */
export function image({ text, end }: Edit, blobId: string, label: string): Edit {
  const before = text.slice(0, end);
  const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const start = end + gap.length + 2;
  return {
    text: `${before}${gap}![${label}](blob:${blobId})\n${text.slice(end)}`,
    start,
    end: start + label.length,
  };
}
