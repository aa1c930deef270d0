import type { Change } from "../../rules/auditChanges";

/** What a record changed, before and after. The name of a new person is in the sentence already. */
export function Changes({ changes }: { changes: Change[] }) {
  const shown = changes.filter(({ what, before }) => what !== "Name" || before !== null);
  return shown.map(({ what, before, after }) => (
    <span className="quiet" key={what}>
      {before === null ? `${what}: ${after}` : `${what} before: ${before}. After: ${after ?? "none"}`}
    </span>
  ));
}
