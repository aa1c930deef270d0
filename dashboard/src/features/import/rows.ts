import { Problem } from "../../api/problem";
import { type Faults, findFaults } from "../../rules/importFaults";
import { type ImportField, importFields } from "../../rules/importFields";
import type { Cells, Defaults } from "../../rules/importValues";

/** A person to invite. `id` is the number of the row, which stays when others go. */
export type Row = {
  id: number;
  cells: Cells;
  /** What became of it. Null until it was sent, and again after a change. */
  outcome: { invitationId: string } | Problem | null;
};

/** Where a row stands. `there`: the address has an invitation or a user already. */
export type Standing = "ready" | "fix" | "there" | "sent" | "sending";

const THERE = ["already_invited", "already_member", "user_deactivated"];

/** What the service or the clinic's state refused for now. The row itself can be sent again. */
const AGAIN = ["password_needed", "conflict", "request_in_progress"];

/** A row with its faults: its own, and those that the API found. */
export type Judged = { row: Row; faults: Faults; standing: Standing };

/** Judges all rows, since one can repeat another. `sending` are the rows without an answer yet. */
export function judge(rows: readonly Row[], defaults: Defaults, sending: ReadonlySet<number>): Judged[] {
  const found = findFaults(rows, defaults);
  return rows.map((row) => {
    const own = found.get(row.id) ?? {};
    const faults = row.outcome instanceof Problem ? { ...own, ...refusedFields(row.outcome) } : own;
    return { row, faults, standing: standingOf(row, faults, sending) };
  });
}

function standingOf({ id, outcome }: Row, faults: Faults, sending: ReadonlySet<number>): Standing {
  if (sending.has(id)) return "sending";
  if (outcome && !(outcome instanceof Problem)) return "sent";
  if (outcome && THERE.includes(outcome.code)) return "there";
  if (Object.keys(faults).length > 0) return "fix";
  return outcome && !canSendAgain(outcome) ? "fix" : "ready";
}

function canSendAgain({ status, code }: Problem): boolean {
  return status === 429 || status >= 500 || AGAIN.includes(code);
}

/** The API's faults by the columns of the table. */
function refusedFields(outcome: Problem): Faults {
  if (outcome.code === "npi_in_use") return { npiNumber: "Someone else in the clinic has this NPI." };
  const column = (field: string) => (field === "level" ? "admin" : importFields.find((one) => one === field));
  const named = [...outcome.fields].map(([field, detail]) => [column(field), detail]);
  return Object.fromEntries(named.filter(([field]) => field));
}

/** What is left of an outcome after a change of one cell. Other faults of the API still stand. */
export function outcomeAfter(outcome: Row["outcome"], field: ImportField): Row["outcome"] {
  if (!(outcome instanceof Problem)) return null;
  if (THERE.includes(outcome.code)) return field === "email" ? null : outcome;
  if (outcome.code === "npi_in_use") return field === "npiNumber" ? null : outcome;
  const name = field === "admin" ? "level" : field;
  const errors = (outcome.body.errors ?? []).filter((error) => error.field !== name);
  return errors.length > 0 ? new Problem(outcome.status, { ...outcome.body, errors }) : null;
}

/** How many rows stand where. */
export function countRows(judged: readonly Judged[]): Record<Standing, number> {
  const counts: Record<Standing, number> = { ready: 0, fix: 0, there: 0, sent: 0, sending: 0 };
  for (const { standing } of judged) counts[standing] += 1;
  return counts;
}

/** "37 ready, 3 to fix". Once rows were sent, "0 sent, 3 to fix". */
export function countsInWords(counts: Record<Standing, number>, begun: boolean): string {
  const words = [
    begun && `${counts.sent} sent`,
    (counts.ready > 0 || !begun) && `${counts.ready} ready`,
    counts.sending && `${counts.sending} waiting`,
    counts.fix && `${counts.fix} to fix`,
    counts.there && `${counts.there} already invited or ${counts.there === 1 ? "a user" : "users"}`,
  ];
  return words.filter(Boolean).join(", ");
}
