import { expect, test } from "vitest";
import { emptyPerson } from "../../rules/personDraft";
import { session } from "../../test/api";
import { blockStorage } from "../../test/blockedStorage";
import { storedDraft } from "./storedDraft";

const anna = { ...emptyPerson, firstName: "Anna" };

test("a draft is there again until it is removed, and never in localStorage", () => {
  storedDraft(session(), undefined).write(anna);
  expect(storedDraft(session(), undefined).read()).toEqual(anna);
  expect(localStorage.length).toBe(0);
  storedDraft(session(), undefined).remove();
  expect(storedDraft(session(), undefined).read()).toBeNull();
});

test("someone else in the same tab does not see it", () => {
  storedDraft(session(), undefined).write(anna);
  const other = session({ userId: "usr_0192ffffffffffffffffffffffffffff" });
  expect(storedDraft(other, undefined).read()).toBeNull();
});

test("a draft that lacks a field gets the empty one", () => {
  const stored = storedDraft(session(), undefined);
  const { npiNumber: _, ...older } = anna;
  stored.write(older as typeof anna);
  expect(stored.read()).toEqual(anna);
});

test("a browser without storage has no draft, and no error", () => {
  blockStorage();
  const stored = storedDraft(session(), undefined);
  stored.write(anna);
  expect(stored.read()).toBeNull();
  stored.remove();
});
