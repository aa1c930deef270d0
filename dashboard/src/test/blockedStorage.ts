import { vi } from "vitest";

/** A browser that refuses the storage of the tab. */
export function blockStorage(): void {
  const refuse = () => {
    throw new DOMException("refused", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", new Proxy({}, { get: refuse }));
}
