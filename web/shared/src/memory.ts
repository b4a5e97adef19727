/** The part of `localStorage` that we use. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  keys(): string[];
}

/** `localStorage` where the browser allows it, else a memory that lasts as long as the page. */
export const browserStore = (): Store => {
  try {
    const storage = window.localStorage;
    storage.setItem("keting?", "1");
    storage.removeItem("keting?");
    return {
      getItem: (key) => storage.getItem(key),
      // A full or newly forbidden store must not stop a conversation.
      setItem: (key, value) => attempt(() => storage.setItem(key, value)),
      removeItem: (key) => attempt(() => storage.removeItem(key)),
      keys: () => Object.keys(storage),
    };
  } catch {
    return memoryStore();
  }
};

export const memoryStore = (): Store => {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    keys: () => [...items.keys()],
  };
};

const attempt = (action: () => void): void => {
  try {
    action();
  } catch {
    // see browserStore
  }
};
