import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, data } from "../api/client";
import { fullName } from "../rules/names";
import { Prompts } from "./Prompts";
import { manages, type Session, seesUsers, useSession } from "./queries";
import { onOtherTabs, tellOtherTabs } from "./tabs";

/** What stands around every page: the way between pages, who is signed in, and the dialogs of the session. */
export function Shell() {
  const session = useSession();
  const queries = useQueryClient();
  useEffect(
    () =>
      onOtherTabs((change) => {
        queries.clear();
        location.assign(change === "signedOut" ? "/sign-in" : "/users");
      }),
    [queries],
  );
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="bar">
        <span className="brand">AutoScribe</span>
        <span>{session.clinic.name}</span>
        <span className="who">
          <Link to="/account">{fullName(session.user)}</Link>
          <button type="button" onClick={() => void signOut().then(() => queries.clear())}>
            Sign out
          </button>
        </span>
      </header>
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

function Sidebar({ session }: { session: Session }) {
  return (
    <nav className="sidebar" aria-label="Main">
      {seesUsers(session) && <Link to="/users">Users</Link>}
      {seesUsers(session) && <Link to="/views">Open views</Link>}
      {manages(session) && <Link to="/activity">Activity</Link>}
      {manages(session) && <Link to="/keys">API keys</Link>}
      {manages(session) && <Link to="/clinic">Clinic</Link>}
      <Link to="/account">Account</Link>
    </nav>
  );
}

async function signOut(): Promise<void> {
  await data(api.DELETE("/v1/session"));
  tellOtherTabs("signedOut");
  location.assign("/sign-in");
}
