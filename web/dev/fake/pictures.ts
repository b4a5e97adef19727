/** Pictures for the pretended shop, drawn here so that none has to be fetched. */
const svg = (width: number, height: number, inside: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${inside}</svg>`;

const speaker = (x: number, y: number, scale: number): string =>
  `<g transform="translate(${x} ${y}) scale(${scale})"><ellipse cx="0" cy="118" rx="92" ry="14" fill="#00000022"/><rect x="-78" y="-120" width="156" height="236" rx="70" fill="#394354"/><rect x="-78" y="-120" width="156" height="236" rx="70" fill="none" stroke="#55617480" stroke-width="3"/><ellipse cx="0" cy="-100" rx="56" ry="14" fill="#7fb0ff"/><circle cx="0" cy="30" r="44" fill="#2b3340"/><circle cx="0" cy="30" r="20" fill="#454f60"/></g>`;

export const PICTURES: Record<string, string> = {
  "agent.svg": svg(
    80,
    80,
    `<rect width="80" height="80" fill="#f3d9c4"/><circle cx="40" cy="34" r="15" fill="#7a4b33"/><circle cx="40" cy="37" r="12" fill="#f6c9a8"/><path d="M12 80c2-20 14-26 28-26s26 6 28 26Z" fill="#2f6f6b"/>`,
  ),
  "product.svg": svg(640, 360, `<rect width="640" height="360" fill="#e8edf5"/>${speaker(320, 180, 1.1)}`),
  "photo.svg": svg(
    640,
    480,
    `<rect width="640" height="480" fill="#cfd8e3"/><rect y="330" width="640" height="150" fill="#a9855f"/>${speaker(230, 220, 1.25)}<g><circle cx="452" cy="330" r="96" fill="#fff" stroke="#e5484d" stroke-width="8"/><rect x="402" y="306" width="100" height="48" rx="24" fill="#2b3340"/><circle cx="478" cy="330" r="20" fill="#7fb0ff"/></g>`,
  ),
};
