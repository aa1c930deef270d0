import { expect, test } from "vitest";
import { emptyKey, type KeyDraft, keyFaults, keyRequest, needsOwner, originsOf, scopes, scopeWords } from "./keys";

const pacs: KeyDraft = { ...emptyKey, description: " PACS ", scopes: ["access:issue"] };
const now = new Date(2026, 10, 27, 12);

test("an empty form says what is missing", () => {
  expect([...keyFaults(emptyKey, now).keys()]).toEqual(["description", "scopes"]);
  expect(keyFaults(pacs, now).size).toBe(0);
});

test.each([
  ["https://pacs.example", true],
  ["https://pacs.example/", true],
  ["https://pacs.example:8443\nhttps://viewer.example", true],
  ["http://localhost:3000, http://127.0.0.1", true],
  ["pacs.example", false],
  ["http://pacs.example", false],
  ["https://pacs.example/viewer", false],
  ["https://pacs.example?x", false],
  ["https://me@pacs.example", false],
  ["javascript:alert(1)", false],
])("origins %j are right: %s", (embedOrigins, right) => {
  expect(keyFaults({ ...pacs, embedOrigins }, now).has("embedOrigins")).toBe(!right);
});

test("a wrong origin is named", () => {
  const faults = keyFaults({ ...pacs, embedOrigins: "https://pacs.example\npacs.example" }, now);
  expect(faults.get("embedOrigins")).toContain("“pacs.example”");
});

test("at most 20 origins", () => {
  const embedOrigins = Array.from({ length: 21 }, (_, index) => `https://p${index}.example`).join("\n");
  expect(keyFaults({ ...pacs, embedOrigins }, now).get("embedOrigins")).toContain("20");
});

test("origins lose their trailing slash and are sent once", () => {
  expect(originsOf("https://a.example/\n https://b.example,https://b.example ")).toEqual([
    "https://a.example",
    "https://b.example",
  ]);
});

test("a key may end today, but not earlier", () => {
  expect(keyFaults({ ...pacs, expiresAt: "2026-11-27" }, now).size).toBe(0);
  expect(keyFaults({ ...pacs, expiresAt: "2026-11-26" }, now).has("expiresAt")).toBe(true);
});

test("a key works until the end of its last day where the reader is", () => {
  const { expiresAt } = keyRequest({ ...pacs, expiresAt: "2026-12-31" });
  expect(new Date(expiresAt ?? "").getTime()).toBe(new Date(2027, 0, 1).getTime());
});

test("origins and the scope of access go only with a key that opens views", () => {
  const draft: KeyDraft = { ...pacs, embedOrigins: "https://pacs.example", accessScope: "self" };
  expect(keyRequest(draft)).toEqual({
    description: "PACS",
    scopes: ["access:issue"],
    embedOrigins: ["https://pacs.example"],
    accessScope: "self",
  });
  expect(keyRequest({ ...draft, scopes: ["users:read"] })).toEqual({ description: "PACS", scopes: ["users:read"] });
});

test("scopes read as words, and two of them need an owner", () => {
  expect(scopeWords(["access:dictate", "users:read"])).toBe("Read users, Create dictation links");
  expect(scopes.filter(({ ownerOnly }) => ownerOnly).map(({ name }) => name)).toEqual([
    "admins:write",
    "access:dictate",
  ]);
  expect(needsOwner(["users:read"])).toBe(false);
  expect(needsOwner(["users:read", "admins:write"])).toBe(true);
});
