/** Single-key shortcuts that stay out of the way of writing. */

/** True for a bare key outside of fields, dialogs and input methods. */
export function isShortcut(event: KeyboardEvent, ...keys: string[]): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented)
    return false;
  if (!keys.includes(event.key)) return false;
  const target = event.target as HTMLElement | null;
  if (
    target?.closest(
      'input, textarea, select, [contenteditable="true"], [role="dialog"], .n-modal, .n-base-select-menu',
    )
  ) {
    return false;
  }
  return !document.querySelector(".n-modal-mask, .n-drawer-mask");
}

export const isMac = /mac|iphone|ipad/i.test(navigator.platform);
export const controlKey = isMac ? "⌘" : "Ctrl";
