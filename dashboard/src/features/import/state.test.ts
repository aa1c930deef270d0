import { expect, test } from "vitest";
import { Problem } from "../../api/problem";
import { type Defaults, emptyCells } from "../../rules/importValues";
import { invitation, problem } from "../../test/api";
import { countRows, countsInWords, judge } from "./rows";
import { type Chunk, type ImportEvent, type ImportState, importReducer, newImport, planChunks } from "./state";

const defaults: Defaults = {
  clinicRole: "Radiologist",
  admin: false,
  canCreateReports: false,
  canManageStudies: false,
  hasDashboardAccess: true,
};

function people(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    ...emptyCells,
    email: `p${index + 1}@b.example`,
    firstName: "Pat",
    lastName: "Hale",
  }));
}

const judged = (state: ImportState) => judge(state.rows, defaults, state.sending);
const words = (state: ImportState) => countsInWords(countRows(judged(state)), state.progress !== null);
const run = (state: ImportState, ...events: ImportEvent[]) => events.reduce(importReducer, state);
const ids = (chunk: Chunk | undefined) => chunk?.items.map(({ id }) => id);

function plan(state: ImportState): Chunk[] {
  let keys = 0;
  return planChunks(state.open, judged(state), defaults, () => `key-${++keys}`);
}

function refusal(status: number, code: string, more: Record<string, unknown> = {}) {
  return problem(status, code, "No.", more).body as never;
}

/** A sending of one chunk, up to its answer. */
function sendOne(state: ImportState) {
  const [chunk] = plan(state);
  if (!chunk) throw new Error("nothing is ready");
  const start: ImportEvent = { type: "start", ids: ids(chunk) ?? [] };
  return { chunk, state: run(state, start, { type: "send", chunk }) };
}

test("ready rows are sent 50 at a time, each chunk with its key", () => {
  const state = run(newImport(people(120)), { type: "edit", id: 3, field: "email", text: "nobody" });
  expect(words(state)).toBe("119 ready, 1 to fix");
  const chunks = plan(state);
  expect(chunks.map(({ items }) => items.length)).toEqual([50, 50, 19]);
  expect(new Set(chunks.map(({ key }) => key)).size).toBe(3);
  expect(ids(chunks[0])).not.toContain(3);
});

test("rows with long names are sent in smaller chunks, which the API takes", () => {
  const long = { firstName: "𝒩".repeat(100), lastName: "한".repeat(100), middleName: "𝒩".repeat(100) };
  const chunks = plan(newImport(people(120).map((cells) => ({ ...cells, ...long }))));
  const sizes = chunks.map(({ items }) => {
    const body = { users: items.map(({ invite }) => invite) };
    return new TextEncoder().encode(JSON.stringify(body)).length;
  });
  expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
  expect(Math.max(...sizes.slice(0, -1))).toBeGreaterThan(58 * 1024);
  expect(chunks.flatMap((chunk) => ids(chunk))).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
});

test("an answer sends some rows, and tells the others what is wrong", () => {
  const { chunk, state } = sendOne(newImport(people(4)));
  expect(words(state)).toBe("0 sent, 4 waiting");
  const user = { ...invitation(), invitationStatus: "sent" } as never;
  const npi = refusal(422, "npi_not_found", {
    errors: [{ field: "npiNumber", code: "npi_not_found", detail: "Check." }],
  });
  const after = run(state, {
    type: "answer",
    chunk,
    results: [
      { index: 0, status: 201, user },
      { index: 1, status: 422, error: npi },
      { index: 2, status: 409, error: refusal(409, "already_member", { userId: "usr_1" }) },
      { index: 3, status: 503, error: refusal(503, "unavailable") },
    ],
  });
  expect(words(after)).toBe("1 sent, 1 ready, 1 to fix, 1 already invited or a user");
  expect(judged(after)[1]?.faults).toEqual({ npiNumber: "Check." });
  expect(after.rows[0]?.cells).toMatchObject({ clinicRole: "Radiologist", hasDashboardAccess: "Yes", admin: "No" });
  expect(after.progress).toEqual({ done: 4, total: 4 });
  expect(plan(after).map(ids)).toEqual([[4]]);
});

test("a fault of the API stands until its cell changes", () => {
  const { chunk, state } = sendOne(newImport(people(1)));
  const errors = [
    { field: "lastName", code: "name_looks_like_link", detail: "Put a space." },
    { field: "level", code: "level_unknown", detail: "Choose." },
  ];
  const error = refusal(422, "fields_invalid", { errors });
  const refused = run(state, { type: "answer", chunk, results: [{ index: 0, status: 422, error }] });
  expect(judged(refused)[0]?.faults).toEqual({ lastName: "Put a space.", admin: "Choose." });
  const half = run(refused, { type: "edit", id: 1, field: "lastName", text: "Hale" });
  expect(judged(half)[0]?.faults).toEqual({ admin: "Choose." });
  const fixed = run(half, { type: "edit", id: 1, field: "admin", text: "no" });
  expect(words(fixed)).toBe("0 sent, 1 ready");
});

test("an address that is there already needs another address", () => {
  const { chunk, state } = sendOne(newImport(people(1)));
  const error = refusal(409, "already_invited", { invitationId: "inv_1" });
  const there = run(state, { type: "answer", chunk, results: [{ index: 0, status: 409, error }] });
  expect(words(run(there, { type: "edit", id: 1, field: "lastName", text: "Berg" }))).toContain(
    "already invited or a user",
  );
  expect(words(run(there, { type: "edit", id: 1, field: "email", text: "new@b.example" }))).toBe("0 sent, 1 ready");
});

test("an NPI of someone else is a fault of its cell", () => {
  const { chunk, state } = sendOne(newImport(people(1)));
  const error = refusal(409, "npi_in_use", { userId: "usr_1" });
  const taken = run(state, { type: "answer", chunk, results: [{ index: 0, status: 409, error }] });
  expect(judged(taken)[0]?.faults.npiNumber).toContain("Someone else");
  expect(words(run(taken, { type: "edit", id: 1, field: "npiNumber", text: "" }))).toBe("0 sent, 1 ready");
});

test.each([
  ["without an answer", Problem.offline()],
  ["unavailable", new Problem(503, { code: "unavailable" })],
  ["throttled", new Problem(429, { code: "too_many_attempts" }, 7)],
  ["still running", new Problem(409, { code: "request_in_progress" }, 1)],
  ["signed out", new Problem(401, { code: "unauthenticated" })],
])("a chunk that is %s stays as it is, and is the first to be sent again", (_, problem) => {
  const before = newImport(people(60));
  const { chunk, state } = sendOne(before);
  const stopped = run(state, { type: "stop", problem });
  expect(words(stopped)).toBe("0 sent, 10 ready, 50 waiting");
  const [again, rest] = plan(stopped);
  expect(again).toBe(chunk);
  expect(ids(rest)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
});

test("a chunk that was refused for certain can be changed", () => {
  const { state } = sendOne(newImport(people(2)));
  const stopped = run(state, { type: "stop", problem: new Problem(403, { code: "forbidden" }) });
  expect(words(stopped)).toBe("0 sent, 2 ready");
  expect(stopped.open).toBeNull();
});

test("rows that need the password stay in the run", () => {
  const { chunk, state } = sendOne(newImport(people(2)));
  const user = { ...invitation(), invitationStatus: "sent" } as never;
  const after = run(state, {
    type: "answer",
    chunk,
    results: [
      { index: 0, status: 201, user },
      { index: 1, status: 403, error: refusal(403, "password_needed") },
    ],
  });
  expect(after.progress).toEqual({ done: 1, total: 2 });
  expect(words(after)).toBe("1 sent, 1 waiting");
});

test("a removed row is gone, and the others keep their numbers", () => {
  const state = run(newImport(people(3)), { type: "remove", id: 2 });
  expect(state.rows.map(({ id }) => id)).toEqual([1, 3]);
});
