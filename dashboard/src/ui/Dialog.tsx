import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

/**
 * A question over the page. The browser keeps the focus inside and gives it back after. The focus begins at the control
 * with `data-safe`, or else at the first one.
 */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the page changes: a row that goes together with the dialog passes the focus on.
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    // Not the button that does it: a key that is pressed too soon must change nothing.
    element?.querySelector<HTMLElement>("[data-safe]")?.focus();
    return () => {
      element?.close();
      // What opened it may be gone, such as a row that ended by itself.
      if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected) opener.focus();
      else document.querySelector("h1")?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onKeyDown={(event) => {
        // Enter that is held since the dialog was opened must not answer it.
        if (event.key === "Enter" && event.repeat) event.preventDefault();
        if (event.key !== "Escape") return;
        // A browser may close a dialog by itself at the second Escape. What opened it decides.
        event.preventDefault();
        onClose();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
