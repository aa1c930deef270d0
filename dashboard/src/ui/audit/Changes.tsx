import type { Change } from "../../rules/auditChanges";

/** What a record changed, before and after. */
export function Changes({ changes }: { changes: Change[] }) {
  return changes.map(({ what, before, after }) => (
    <span className="quiet" key={what}>
      {before === null ? `${what}: ${after}` : `${what} before: ${before}. After: ${after ?? "none"}`}
    </span>
  ));
}
