import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { edited, list, serveActivity } from "../../test/activity";
import type { Answer } from "../../test/api";
import { offline, slow, throttled } from "../../test/offline";
import { openPage } from "../../test/page";

test("slow activity is spoken, and shows rows to come", async () => {
  serveActivity(slow);
  openPage("/activity");
  const status = (await screen.findByText("Loading activity…")).parentElement;
  expect(status?.getAttribute("role")).toBe("status");
  expect(status?.querySelectorAll(".skeleton")).toHaveLength(3);
});

test("without a connection the page says so, and tries again", async () => {
  let answer: () => Answer = offline;
  serveActivity(() => answer());
  const { person } = openPage("/activity");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("Check your connection");
  answer = () => list([edited]);
  await person.click(within(alert).getByRole("button", { name: "Try again" }));
  await screen.findByRole("row", { name: /changed Anna Hale/ });
  expect(screen.queryByRole("alert")).toBeNull();
});

test("throttled activity counts down, then can be tried again", async () => {
  let answer: () => Answer = throttled;
  serveActivity(() => answer());
  const { person } = openPage("/activity");
  const button = await screen.findByRole("button", { name: "Try again in 2 s" });
  expect(button).toHaveProperty("disabled", true);
  await screen.findByRole("button", { name: "Try again" });
  answer = () => list([edited]);
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("row", { name: /changed Anna Hale/ });
});

test("activity reads on over pages without a record", async () => {
  serveActivity(({ query }) => (query.get("cursor") ? list([edited]) : list([], "next")));
  openPage("/activity?action=user.edited");
  await screen.findByRole("row", { name: /changed Anna Hale/ });
});
