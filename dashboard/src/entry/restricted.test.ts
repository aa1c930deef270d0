import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { openEntryPage, shownHeading } from "../test/entry";

test("the page says where the person works and who gives dashboard access, without a script", () => {
  openEntryPage("restricted", "/restricted");
  expect(shownHeading().textContent).toBe("Dashboard access restricted");
  expect(document.body.textContent).toContain("works inside your PACS");
  expect(document.body.textContent).toContain("ask an owner or admin of your clinic");
  expect(screen.getByRole("link", { name: "Sign in with another account" }).getAttribute("href")).toBe("/sign-in");
  expect(document.querySelector("script")).toBeNull();
});
