import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { fullName } from "../../rules/names";
import { useSession } from "../../session/queries";
import { Confirm } from "../../ui/Confirm";
import { Done, Refused, WayOn } from "./AccessOutcome";
import { KeysDialog, undecidedKeys } from "./KeysDialog";
import type { User } from "./queries";
import { isSelf } from "./rights";
import { type AccessChange, changeAccess } from "./userQueries";

/** Takes access away, gives it back, or lets the person go for good. */
export function AccessPanel({ user }: { user: User }) {
  const self = isSelf(useSession(), user);
  const [asking, setAsking] = useState<"deactivate" | "release" | null>(null);
  const change = useMutation({
    mutationFn: (wanted: AccessChange) => changeAccess(user.userId, wanted),
    onSuccess: () => setAsking(null),
  });
  const ask = (kind: "deactivate" | "release") => {
    change.reset();
    setAsking(kind);
  };
  const keys = undecidedKeys(change.error);
  const name = fullName(user);
  return (
    <section className="card panel" aria-labelledby="access">
      <h2 id="access">Access</h2>
      {change.isSuccess && (
        <Done
          key={change.variables.kind}
          change={change.variables}
          name={name}
          onUndo={(back) => change.mutate(back)}
        />
      )}
      {change.error && !asking && !keys ? <Refused error={change.error} /> : null}
      {user.status === "released" ? (
        <p>
          {name} was released. The address and NPI can be used again.{" "}
          <Link to="/users/invitations/new">Invite the person as a new user</Link>.
        </p>
      ) : user.status === "deactivated" ? (
        <>
          <p>{name} has no access to AutoScribe. Data and permissions are kept.</p>
          <div className="actions">
            <button type="button" className="first" onClick={() => change.mutate({ kind: "reactivate" })}>
              Reactivate<span className="visually-hidden"> {name}</span>
            </button>
            <button type="button" onClick={() => ask("release")}>
              Release<span className="visually-hidden"> {name}</span>
            </button>
          </div>
        </>
      ) : self ? (
        <p>You can't deactivate yourself. Ask another owner or admin.</p>
      ) : (
        <>
          <p>
            {name} can use {user.hasDashboardAccess && "the dashboard, and "}AutoScribe in your PACS.
          </p>
          <button type="button" onClick={() => ask("deactivate")}>
            Deactivate<span className="visually-hidden"> {name}</span>
          </button>
        </>
      )}
      {asking && !keys && (
        <Confirm
          title={asking === "release" ? `Release ${name}?` : `Deactivate ${name}?`}
          action={asking === "release" ? "Release" : "Deactivate"}
          busy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate({ kind: asking })}
          onClose={() => setAsking(null)}
        >
          <p>{questions[asking]}</p>
          <WayOn error={change.error} />
        </Confirm>
      )}
      {keys && (
        <KeysDialog
          name={name}
          undecided={keys}
          busy={change.isPending}
          onDecide={(decision) => change.mutate({ kind: "deactivate", keys: decision })}
          onClose={() => {
            setAsking(null);
            change.reset();
          }}
        />
      )}
    </section>
  );
}

const questions = {
  deactivate:
    "Access to AutoScribe ends at once, with its sessions and open views. Access to your PACS does not change. Data and permissions are kept, and you can reactivate the person.",
  release:
    "The email address and the NPI become free, so that the person can be invited again as a new user. This is final: this user can never be reactivated.",
};
