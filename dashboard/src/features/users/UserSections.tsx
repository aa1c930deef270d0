import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { manages, useSession } from "../../session/queries";
import { Loading } from "../../ui/Loading";
import { Outcome } from "../../ui/Outcome";
import { AccessPanel } from "./AccessPanel";
import { NpiPanel } from "./NpiPanel";
import { whyNotChange } from "./rights";
import { UserFacts } from "./UserFacts";
import { UserHistory } from "./UserHistory";
import { UserViews } from "./UserViews";
import type { UserDetails } from "./userQueries";

// The page opens without the form, which most visits don't need.
const UserEdit = lazy(() => import("./UserEdit").then((loaded) => ({ default: loaded.UserEdit })));

/** What is known of a person and, for managers, what can be done. */
export function UserSections({ user }: { user: UserDetails }) {
  const session = useSession();
  const managing = manages(session);
  const locked = whyNotChange(session, user);
  return (
    <>
      {managing && locked && <p className="note">{locked}</p>}
      <Details user={user} editable={managing && !locked && user.status === "active"} />
      {managing && (
        <>
          <NpiPanel user={user} locked={locked !== null} />
          {!locked && <AccessPanel user={user} />}
          <UserViews user={user} />
          <UserHistory user={user} />
        </>
      )}
    </>
  );
}

/** The facts, or the form in their place. */
function Details({ user, editable }: { user: UserDetails; editable: boolean }) {
  const [mode, setMode] = useState<"facts" | "form" | "saved">("facts");
  const edit = useRef<HTMLButtonElement>(null);
  const canceled = useRef(false);
  useEffect(() => {
    if (mode === "facts" && canceled.current) edit.current?.focus();
    canceled.current = false;
  }, [mode]);
  if (mode === "form") {
    return (
      <Suspense fallback={<Loading what="the form" />}>
        <UserEdit
          user={user}
          onSaved={() => setMode("saved")}
          onCancel={() => {
            canceled.current = true;
            setMode("facts");
          }}
        />
      </Suspense>
    );
  }
  return (
    <section className="card panel" aria-labelledby="details">
      <h2 id="details">Details</h2>
      {mode === "saved" && <Outcome>Saved. The changes take effect now.</Outcome>}
      <UserFacts user={user} />
      {editable && (
        <p className="actions">
          <button ref={edit} type="button" onClick={() => setMode("form")}>
            Edit
          </button>
        </p>
      )}
    </section>
  );
}
