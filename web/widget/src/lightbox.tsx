import { useEffect, useRef } from "preact/hooks";

import { keepFocus } from "./hooks.ts";
import { IconButton } from "./parts.tsx";
import { useUi } from "./ui.ts";

export const Lightbox = ({ url, name, onClose }: { url: string; name: string; onClose(): void }) => {
  const { say } = useUi();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = (box.current?.getRootNode() as ShadowRoot | undefined)
      ?.activeElement as HTMLElement | null;
    box.current?.querySelector("button")?.focus();
    return () => before?.focus();
  }, []);
  const key = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") onClose();
    else if (box.current) keepFocus(event, box.current);
  };
  return (
    <div
      class="lightbox"
      role="dialog"
      aria-modal="true"
      aria-label={name}
      ref={box}
      onKeyDown={key}
      onClick={onClose}
    >
      <img src={url} alt={name} onClick={(event) => event.stopPropagation()} />
      <IconButton name="close" label={say("close")} onClick={onClose} />
    </div>
  );
};
