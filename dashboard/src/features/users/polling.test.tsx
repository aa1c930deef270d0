import { screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { anna } from "../../test/anna";
import { serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";

const grace = { ...anna, userId: "usr_0192ffffffffffffffffffffffffffff", firstName: "Grace" };

afterEach(() => {
  vi.useRealTimers();
});

test("someone who confirms comes into the list by itself, and the focus stays", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let users = [anna];
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": () => ({ status: 200, body: { users, cursor: null, hasMore: false } }),
  });
  openPage("/users");
  const link = await screen.findByRole("link", { name: "Anna Hale" });
  link.focus();
  users = [grace, anna];
  await vi.advanceTimersByTimeAsync(30_000);
  await screen.findByRole("row", { name: /Grace Hale/ });
  expect(document.activeElement).toBe(link);
});

test("the link of the list that is open reads it again", async () => {
  let users = [anna];
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": () => ({ status: 200, body: { users, cursor: null, hasMore: false } }),
  });
  const { person } = openPage("/users");
  await screen.findByRole("row", { name: /Anna Hale/ });
  users = [grace, anna];
  await person.click(screen.getByRole("link", { name: "Users" }));
  await screen.findByRole("row", { name: /Grace Hale/ });
});

test("no one asks while the page is unattended, so that its session can end", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let users = [anna];
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": () => ({ status: 200, body: { users, cursor: null, hasMore: false } }),
  });
  const { person } = openPage("/users");
  await screen.findByRole("row", { name: /Anna Hale/ });
  await vi.advanceTimersByTimeAsync(121_000);
  const before = sent.length;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(sent).toHaveLength(before);
  users = [grace, anna];
  await person.keyboard("{Shift}");
  await screen.findByRole("row", { name: /Grace Hale/ });
});
