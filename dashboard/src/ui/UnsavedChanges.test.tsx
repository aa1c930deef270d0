import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { UnsavedChanges } from "./UnsavedChanges";

function Form() {
  const [unsaved, setUnsaved] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setUnsaved(true)}>
        Change
      </button>
      <button type="button" onClick={() => setUnsaved(false)}>
        Save
      </button>
      <Link to={"/list" as string}>List</Link>
      <UnsavedChanges unsaved={unsaved} />
    </>
  );
}

async function openForm() {
  const root = createRootRoute({ component: Outlet });
  const routes = [
    createRoute({ getParentRoute: () => root, path: "/form", component: Form }),
    createRoute({ getParentRoute: () => root, path: "/list", component: () => "The list" }),
  ];
  const history = createMemoryHistory({ initialEntries: ["/form"] });
  render(<RouterProvider router={createRouter({ routeTree: root.addChildren(routes), history }) as never} />);
  await screen.findByText("List");
  return { path: () => history.location.pathname };
}

const click = (name: string) => fireEvent.click(screen.getByText(name));
const reloads = () => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));

test("a reload asks while something is not saved", async () => {
  await openForm();
  expect(reloads()).toBe(true);
  click("Change");
  expect(reloads()).toBe(false);
  click("Save");
  expect(reloads()).toBe(true);
});

test("Stay stays, and Leave goes on", async () => {
  const { path } = await openForm();
  click("Change");
  click("List");
  await screen.findByRole("dialog", { name: "Leave without saving?" });
  click("Stay");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(path()).toBe("/form");
  click("List");
  await screen.findByRole("dialog");
  click("Leave");
  await screen.findByText("The list");
});

test("what is saved during the question answers it", async () => {
  await openForm();
  click("Change");
  click("List");
  await screen.findByRole("dialog");
  click("Save");
  await screen.findByText("The list");
});
