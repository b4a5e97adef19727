/** WCAG contrast, and colours that keep it whatever colour the shop chose. */

type Rgb = [number, number, number];

const parse = (hex: string): Rgb | null => {
  const match = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex.trim());
  if (!match?.[1]) return null;
  const full = match[1].length === 3 ? match[1].replace(/./g, "$&$&") : match[1];
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16)) as Rgb;
};
const format = (rgb: Rgb): string =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

const luminance = (rgb: Rgb): number => {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a: Rgb, b: Rgb): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};
const blend = (a: Rgb, b: Rgb, share: number): Rgb =>
  a.map((part, i) => part + ((b[i] ?? 0) - part) * share) as Rgb;

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [20, 23, 28];

export const contrast = (a: string, b: string): number => ratio(parse(a) ?? BLACK, parse(b) ?? BLACK);

/** `colour`, moved towards black or white until it reads on `ground`. */
const readable = (colour: Rgb, ground: Rgb, least: number): Rgb => {
  const goal = luminance(ground) > 0.18 ? BLACK : WHITE;
  for (let share = 0; share <= 1; share += 0.04) {
    const tried = blend(colour, goal, share);
    if (ratio(parse(format(tried))!, ground) >= least) return tried;
  }
  return goal;
};

export interface Palette {
  accent: string;
  onAccent: string;
  accentText: string;
  accentSoft: string;
}

/** What one chosen colour becomes on a light or dark ground; an unreadable value is the default blue. */
export const palette = (chosen: string, dark: boolean): Palette => {
  const colour = parse(chosen) ?? parse("#1f6feb")!;
  const surface: Rgb = dark ? [29, 33, 40] : WHITE;
  const soft = blend(surface, colour, dark ? 0.2 : 0.1);
  // White wherever it reads well enough for the eye that is used to it; ink where it does not.
  const onAccent = ratio(WHITE, colour) >= 4.5 ? WHITE : ratio(INK, colour) >= 4.5 ? INK : WHITE;
  const accent = readable(colour, onAccent, 4.5);
  return {
    accent: format(accent),
    onAccent: format(onAccent),
    accentText: format(readable(colour, soft, 4.7)),
    accentSoft: format(soft),
  };
};
