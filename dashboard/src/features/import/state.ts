import type { Schemas } from "../../api/client";
import { Problem, type ProblemBody } from "../../api/problem";
import type { ImportField } from "../../rules/importFields";
import { type Cells, type Defaults, inviteOf, sentCells } from "../../rules/importValues";
import { type Judged, outcomeAfter, type Row } from "./rows";

/** The most people in one import. */
export const MAX_ROWS = 500;

/** The most people in one request. */
const CHUNK_ROWS = 50;

/** The most bytes of one request, somewhat below the 64 KiB that the API takes. */
const CHUNK_BYTES = 60 * 1024;

/**
 * The rows of one request, as they are sent. A chunk without an answer is sent again unchanged, with its key, so that
 * no one is invited twice.
 */
export type Chunk = { key: string; items: { id: number; invite: Schemas["InviteRequest"] }[] };

export type ImportState = {
  rows: Row[];
  /** The chunk whose answer has not come. */
  open: Chunk | null;
  /** The rows that are being sent, or wait for it. They can't be changed. */
  sending: ReadonlySet<number>;
  /** How far the sending is. Null before the first. */
  progress: { done: number; total: number } | null;
  /** Why the sending stopped before its end. */
  stopped: Problem | null;
};

export type ImportEvent =
  | { type: "edit"; id: number; field: ImportField; text: string }
  | { type: "remove"; id: number }
  | { type: "start"; ids: readonly number[] }
  | { type: "send"; chunk: Chunk }
  | { type: "answer"; chunk: Chunk; results: readonly Schemas["BatchResult"][] }
  | { type: "stop"; problem: Problem };

export function newImport(people: readonly Cells[]): ImportState {
  const rows = people.map((cells, index): Row => ({ id: index + 1, cells, outcome: null }));
  return { rows, open: null, sending: new Set(), progress: null, stopped: null };
}

export function importReducer(state: ImportState, event: ImportEvent): ImportState {
  switch (event.type) {
    case "edit":
      return withRow(state, event.id, (row) => ({
        ...row,
        cells: { ...row.cells, [event.field]: event.text },
        outcome: outcomeAfter(row.outcome, event.field),
      }));
    case "remove":
      return { ...state, rows: state.rows.filter((row) => row.id !== event.id) };
    case "start":
      return {
        ...state,
        sending: new Set(event.ids),
        progress: { done: 0, total: event.ids.length },
        stopped: null,
      };
    case "send":
      return { ...state, open: event.chunk };
    case "answer":
      return answered(state, event.chunk, event.results);
    case "stop":
      return stopped(state, event.problem);
  }
}

function withRow(state: ImportState, id: number, change: (row: Row) => Row): ImportState {
  return { ...state, rows: state.rows.map((row) => (row.id === id ? change(row) : row)) };
}

function answered(state: ImportState, chunk: Chunk, results: readonly Schemas["BatchResult"][]): ImportState {
  const outcomes = new Map(results.map((result) => [chunk.items[result.index]?.id, outcomeOf(result)]));
  // Rows that need the password are sent again in this run.
  const done = chunk.items.map(({ id }) => id).filter((id) => !isPasswordNeeded(outcomes.get(id)));
  return {
    ...state,
    rows: state.rows.map((row) => answeredRow(row, chunk, outcomes.get(row.id))),
    open: null,
    sending: new Set([...state.sending].filter((id) => !done.includes(id))),
    progress: state.progress && { ...state.progress, done: state.progress.done + done.length },
  };
}

function answeredRow(row: Row, chunk: Chunk, outcome: Row["outcome"] | undefined): Row {
  const invite = chunk.items.find(({ id }) => id === row.id)?.invite;
  if (!outcome || !invite) return row;
  return { ...row, outcome, cells: outcome instanceof Problem ? row.cells : sentCells(row.cells, invite) };
}

function outcomeOf({ status, user, error }: Schemas["BatchResult"]): Row["outcome"] {
  return user ? { invitationId: user.invitationId } : new Problem(status, { ...(error as ProblemBody) });
}

export function isPasswordNeeded(outcome: Row["outcome"] | undefined): boolean {
  return outcome instanceof Problem && outcome.code === "password_needed";
}

function stopped(state: ImportState, problem: Problem): ImportState {
  const open = isUndone(problem) ? null : state.open;
  return { ...state, open, sending: new Set(open?.items.map(({ id }) => id)), stopped: problem };
}

/** Whether a refusal says for certain that this request and earlier ones with its key did nothing. */
function isUndone({ status }: Problem): boolean {
  return status >= 400 && status < 500 && ![401, 409, 429].includes(status);
}

/** What to send: the chunk without an answer first, then every ready row, in chunks that the API takes. */
export function planChunks(
  open: Chunk | null,
  judged: readonly Judged[],
  defaults: Defaults,
  newKey: () => string,
): Chunk[] {
  const ready = judged.filter(({ standing }) => standing === "ready");
  const chunks: Chunk[] = [];
  let bytes = 0;
  for (const { row } of ready) {
    const invite = inviteOf(row.cells, defaults);
    const size = new TextEncoder().encode(JSON.stringify(invite)).length + 1;
    const last = chunks.at(-1);
    const fits = last && last.items.length < CHUNK_ROWS && bytes + size <= CHUNK_BYTES;
    if (fits) last.items.push({ id: row.id, invite });
    else chunks.push({ key: newKey(), items: [{ id: row.id, invite }] });
    bytes = fits ? bytes + size : size;
  }
  return open ? [open, ...chunks] : chunks;
}
