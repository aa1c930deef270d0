import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// The first test of a page also loads its code, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 5_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

// happy-dom has dialogs but does not open them as modal ones.
HTMLDialogElement.prototype.showModal ??= function showModal() {
  this.open = true;
};
