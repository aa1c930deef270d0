import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Table } from "./Table";

function Names({ names }: { names: string[] }) {
  return (
    <>
      <h1 tabIndex={-1}>Names</h1>
      <input aria-label="Search" />
      {names.length > 0 && (
        <Table
          caption="Names"
          columns={[{ heading: "Name", cell: (name) => <button type="button">{name}</button> }]}
          rows={names}
          rowKey={(name) => name}
        />
      )}
    </>
  );
}

function focusOn(name: string) {
  screen.getByRole("button", { name }).focus();
}

test("when a row goes with the focus, the next row gets it", () => {
  const view = render(<Names names={["Anna", "Grace", "Mia"]} />);
  focusOn("Grace");
  view.rerender(<Names names={["Anna", "Mia"]} />);
  expect(document.activeElement).toBe(screen.getByRole("row", { name: "Mia" }));
});

test("when the last row goes with the focus, the row before it gets it", () => {
  const view = render(<Names names={["Anna", "Grace"]} />);
  focusOn("Grace");
  view.rerender(<Names names={["Anna"]} />);
  expect(document.activeElement).toBe(screen.getByRole("row", { name: "Anna" }));
});

test("when the table goes with the focus, the title gets it", () => {
  const view = render(<Names names={["Anna"]} />);
  focusOn("Anna");
  view.rerender(<Names names={[]} />);
  expect(document.activeElement).toBe(screen.getByRole("heading"));
});

test("a row that goes without the focus leaves the focus where it is", () => {
  const view = render(<Names names={["Anna", "Grace"]} />);
  focusOn("Grace");
  view.rerender(<Names names={["Mia", "Grace"]} />);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Grace" }));
  screen.getByLabelText("Search").focus();
  view.rerender(<Names names={["Mia"]} />);
  expect(document.activeElement).toBe(screen.getByLabelText("Search"));
});
