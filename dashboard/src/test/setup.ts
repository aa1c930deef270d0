import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

// happy-dom has dialogs but does not open them as modal ones.
HTMLDialogElement.prototype.showModal ??= function showModal() {
  this.open = true;
};
