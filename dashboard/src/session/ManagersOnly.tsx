import type { ReactNode } from "react";
import { Page } from "../ui/Page";
import { manages, useSession } from "./queries";

/** A page for owners and admins. Anyone else learns so, instead of being refused by each request. */
export function ManagersOnly({ title, children }: { title: string; children: ReactNode }) {
  if (manages(useSession())) return children;
  return (
    <Page title={title}>
      <p>Only owners and admins can use this page. Ask one of them.</p>
    </Page>
  );
}
