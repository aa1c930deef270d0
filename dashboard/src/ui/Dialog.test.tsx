import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Confirm } from "./Confirm";
import { Dialog } from "./Dialog";

test("what opened the dialog decides what Escape does, however often it is pressed", () => {
  const onClose = vi.fn();
  render(
    <Dialog title="Secret" onClose={onClose}>
      <button type="button">Copy</button>
    </Dialog>,
  );
  const dialog = screen.getByRole("dialog", { name: "Secret" });
  expect(fireEvent.keyDown(dialog, { key: "Escape" })).toBe(false);
  expect(fireEvent.keyDown(dialog, { key: "Escape" })).toBe(false);
  expect(onClose).toHaveBeenCalledTimes(2);
  expect(fireEvent.keyDown(dialog, { key: "a" })).toBe(true);
  expect(screen.getByRole("dialog")).toBe(dialog);
});

test("Enter that is held since before the dialog opened does not answer it", () => {
  render(
    <Dialog title="Revoke?" onClose={() => {}}>
      <button type="button">Revoke</button>
    </Dialog>,
  );
  const button = screen.getByRole("button", { name: "Revoke" });
  expect(fireEvent.keyDown(button, { key: "Enter", repeat: true })).toBe(false);
  expect(fireEvent.keyDown(button, { key: "Enter" })).toBe(true);
});

test.each([
  [false, "first danger"],
  [true, "first"],
])("the button of a question says whether it takes something away (harmless: %s)", (harmless, look) => {
  render(
    <Confirm title="Sure?" action="Do it" harmless={harmless} busy={false} onConfirm={() => {}} onClose={() => {}}>
      <p>This cannot be undone.</p>
    </Confirm>,
  );
  expect(screen.getByRole("button", { name: "Do it" }).className).toBe(look);
});

test("a question begins at the answer that changes nothing", () => {
  render(
    <Confirm title="Revoke?" action="Revoke" busy={false} onConfirm={() => {}} onClose={() => {}}>
      <a href="/users">Users</a>
    </Confirm>,
  );
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Cancel" }));
});
