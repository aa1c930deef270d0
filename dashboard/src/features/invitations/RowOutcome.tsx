import { fullName } from "../../rules/names";
import { Confirm } from "../../ui/Confirm";
import { ProblemNote } from "../../ui/ProblemNote";
import type { RowActions } from "./useRowActions";

/** What came of an action, above the table, and the question before a revocation. */
export function RowOutcome({ actions }: { actions: RowActions }) {
  const { resend, revoke, revoking } = actions;
  const failed = resend.variables;
  return (
    <>
      <div role="status">{actions.done && <p className="note good">{actions.done}</p>}</div>
      {resend.error && failed && (
        <>
          <p>The invitation was not sent to {fullName(failed)} again.</p>
          <ProblemNote error={resend.error} onRetry={() => resend.mutate(failed)} />
        </>
      )}
      {revoking && (
        <Confirm
          title={`Revoke the invitation for ${fullName(revoking)}?`}
          action="Revoke"
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => actions.ask(null)}
        >
          <p>
            The link that {revoking.email} got stops working, and this can't be undone. You can invite the person again.
          </p>
        </Confirm>
      )}
    </>
  );
}
