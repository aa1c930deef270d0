import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Problem } from "../api/problem";
import { showClinic } from "../api/sessionFetch";
import { fullName } from "../rules/names";
import { Loading } from "../ui/Loading";
import { ProblemNote } from "../ui/ProblemNote";
import { LeaveGate, useLeave, useSignOut } from "./Leave";
import { Prompts } from "./Prompts";
import { manages, type Session, seesUsers, sessionQuery, useSession } from "./queries";
import { onOtherTabs } from "./tabs";

/** What stands around every page: the way between pages, who is signed in, and the dialogs of the session. */
export function Shell() {
  return (
    <LeaveGate>
      <Frame />
    </LeaveGate>
  );
}

function Frame() {
  const session = useSession();
  const leave = useLeave();
  // The page belongs to one person in one clinic. It must not change under what was read or entered.
  const [shown] = useState(session);
  const changed = session.user.userId !== shown.user.userId || session.clinic.clinicId !== shown.clinic.clinicId;
  useEffect(() => showClinic(shown.clinic.clinicId), [shown]);
  useEffect(() => {
    if (changed) leave("/");
  }, [changed, leave]);
  const queries = useQueryClient();
  useEffect(() => {
    const stop = onOtherTabs((change) => {
      if (change === "signedOut") leave("/sign-in");
      // Often it is the same person in the same clinic, after a sign-in. A form must not be lost for that.
      if (change === "clinicChanged") void queries.refetchQueries({ queryKey: sessionQuery.queryKey });
    });
    // A window that lay beside another one was never hidden.
    const look = () => void queries.fetchQuery(sessionQuery).catch(() => {});
    addEventListener("focus", look);
    return () => {
      stop();
      removeEventListener("focus", look);
    };
  }, [leave, queries]);
  if (changed) return <Loading what="the page" />;
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <Header session={session} />
      <div className="frame">
        <Sidebar session={session} />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Prompts />
    </>
  );
}

function Header({ session }: { session: Session }) {
  const signOut = useSignOut();
  const [error, setError] = useState<unknown>(null);
  return (
    <>
      <header className="bar">
        <span className="brand">AutoScribe</span>
        <span className="clinic">{session.clinic.name}</span>
        <span className="who">
          <Link to="/account">{fullName(session.user)}</Link>
          <button type="button" onClick={() => void signOut().catch(setError)}>
            Sign out
          </button>
        </span>
      </header>
      {error instanceof Problem && <ProblemNote error={error} />}
    </>
  );
}

function Sidebar({ session }: { session: Session }) {
  return (
    <nav className="sidebar" aria-label="Main">
      {seesUsers(session) && <Link to="/users">Users</Link>}
      {seesUsers(session) && <Link to="/views">Open views</Link>}
      {manages(session) && <Link to="/activity">Activity</Link>}
      {manages(session) && <Link to="/access-review">Access review</Link>}
      {manages(session) && <Link to="/keys">API keys</Link>}
      {manages(session) && <Link to="/webhooks">Webhooks</Link>}
      {manages(session) && <Link to="/clinic">Clinic</Link>}
      <Link to="/account">Account</Link>
    </nav>
  );
}
