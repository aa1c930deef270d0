/**
 * What this tab remembers until it closes. A browser may refuse the storage, or have no room. Then nothing is
 * remembered, and the page works without.
 */
export const tabStorage = {
  get: (key: string): string | null => guarded((storage) => storage.getItem(key)) ?? null,
  /** Whether it is remembered. */
  set: (key: string, value: string): boolean =>
    guarded((storage) => {
      storage.setItem(key, value);
      return true;
    }) ?? false,
  remove: (key: string): void => void guarded((storage) => storage.removeItem(key)),
  clear: (): void => void guarded((storage) => storage.clear()),
};

function guarded<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}
