import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// A busy computer renders slowly. What does not come at all still fails.
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
