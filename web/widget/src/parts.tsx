import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

const PATHS = {
  chevron: "m6 9.5 6 6 6-6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4.5 12 20 4.5 15.5 20l-3.6-6.4L4.5 12Zm7.4 1.6L20 4.5",
  attach:
    "m20 11.2-7.9 7.9a5 5 0 0 1-7.1-7.1l8.3-8.3a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.3a1.7 1.7 0 0 1-2.4-2.4l7.6-7.5",
  headset:
    "M4 14v-2a8 8 0 0 1 16 0v2M4 14v2.5A1.5 1.5 0 0 0 5.5 18H7v-5.5H5.5A1.5 1.5 0 0 0 4 14Zm16 0v2.5a1.5 1.5 0 0 1-1.5 1.5H17v-5.5h1.5A1.5 1.5 0 0 1 20 14Zm-1.5 4v.5a2.5 2.5 0 0 1-2.5 2.5h-2.5",
  bot: "M12 4v3M7 7h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM9.5 12v1.5M14.5 12v1.5M2.5 12v2.5M21.5 12v2.5",
  file: "M13.5 3.5H7a1.5 1.5 0 0 0-1.5 1.5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5l-5-5Zm0 0v5h5",
  pin: "M12 21s-6.5-5.6-6.5-11a6.5 6.5 0 0 1 13 0c0 5.4-6.5 11-6.5 11Zm0-8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  star: "m12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8L3.6 9.7l5.8-.8L12 3.6Z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  retry: "M4.5 12a7.5 7.5 0 1 1 2.2 5.3M4.5 18v-4.5H9",
  download: "M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M5 19.5h14",
  cloud: "M7 18.5a4 4 0 0 1-.6-7.95 5.5 5.5 0 0 1 10.7-.9A4.5 4.5 0 0 1 16.5 18.5M12 12v4m0 3v.01",
  alert: "M12 8v5m0 3v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  globe:
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c2.5 2.5 3.8 5.6 3.8 9s-1.3 6.5-3.8 9c-2.5-2.5-3.8-5.6-3.8-9S9.5 5.5 12 3Z",
  ticket:
    "M4 6.5h16v3.8a1.8 1.8 0 0 0 0 3.4v3.8H4v-3.8a1.8 1.8 0 0 0 0-3.4V6.5ZM14.5 7v2M14.5 11v2M14.5 15v2",
  down: "M12 5v14m0 0 6-6m-6 6-6-6",
};
export type IconName = keyof typeof PATHS;

export const Icon = ({ name, size = 20 }: { name: IconName; size?: number }) => (
  <svg
    class="icon"
    viewBox="0 0 24 24"
    width={size}
    height={size}
    fill="none"
    stroke="currentColor"
    stroke-width={name === "more" ? 2.6 : 1.8}
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
);

/** A face: the picture, or the first letter where there is none (or it does not load). */
export const Avatar = ({ url, name, kind }: { url: string | null; name: string; kind: string }) => {
  const [broken, setBroken] = useState<string | null>(null);
  if (url && broken !== url) {
    return <img class="avatar" src={url} alt="" onError={() => setBroken(url)} />;
  }
  return (
    <span class={`avatar ${kind}`} aria-hidden="true">
      {kind === "bot" ? <Icon name="bot" size={18} /> : [...name][0]}
    </span>
  );
};

interface IconButtonProps {
  label: string;
  name: IconName;
  onClick: () => void;
  class?: string;
  [attribute: `aria-${string}`]: string | boolean;
}
export const IconButton = ({ label, name, onClick, class: more = "", ...rest }: IconButtonProps) => (
  <button
    type="button"
    class={`icon-button ${more}`}
    aria-label={label}
    title={label}
    onClick={onClick}
    {...rest}
  >
    <Icon name={name} />
  </button>
);

export const Notice = ({
  tone,
  icon,
  children,
}: {
  tone: "warn" | "info";
  icon: IconName;
  children: ComponentChildren;
}) => (
  <div class={`notice ${tone}`} role="status">
    <Icon name={icon} size={16} />
    <div>{children}</div>
  </div>
);
