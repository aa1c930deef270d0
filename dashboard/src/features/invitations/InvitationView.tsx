import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { deliveryWords, isUndelivered } from "../../rules/delivery";
import { delivery } from "../../rules/words";
import { useSession } from "../../session/queries";
import { Loading } from "../../ui/Loading";
import { Status } from "../../ui/Status";
import { Time } from "../../ui/Time";
import { isOpen, statusWord } from "./lifecycle";
import { NpiTrouble } from "./NpiTrouble";
import type { Invitation } from "./queries";
import { RowButtons } from "./RowButtons";
import { RowOutcome } from "./RowOutcome";
import { Terms } from "./Terms";
import { Timeline } from "./Timeline";
import { useRowActions } from "./useRowActions";

// The page opens without the form, which most visits don't need.
const EditInvitation = lazy(() => import("./EditInvitation").then((loaded) => ({ default: loaded.EditInvitation })));

export function InvitationView({ invitation }: { invitation: Invitation }) {
  const { edit } = useSearch({ from: "/users/invitations/$invitationId" });
  const navigate = useNavigate({ from: "/users/invitations/$invitationId" });
  const actions = useRowActions();
  const editable = isOpen(invitation) && invitation.level !== "owner";
  // An edit that was begun stays on the page when the invitation ends meanwhile. What was entered can be read.
  const [begun, setBegun] = useState(false);
  const editing = Boolean(edit) && (editable || begun);
  if (editing !== begun) setBegun(editing);
  const { status, npiVerification } = invitation;
  // The button that revoked or attested goes with what it was for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change can take the focus with it.
  useEffect(() => {
    if (document.activeElement === document.body) focusTitle();
  }, [status, npiVerification]);
  // The form was saved or canceled.
  const close = () => void navigate({ search: {}, replace: true, ignoreBlocker: true }).then(focusTitle);
  return (
    <>
      <RowOutcome actions={actions} />
      <State invitation={invitation} />
      {editing ? (
        <Suspense fallback={<Loading what="the form" />}>
          <EditInvitation invitation={invitation} onClose={close} />
        </Suspense>
      ) : (
        <>
          <RowButtons invitation={invitation} actions={actions} onPage />
          <NpiTrouble invitation={invitation} />
          <Terms invitation={invitation} />
          <Timeline invitation={invitation} />
          {status === "sent" && !isUndelivered(invitation) && <NotArrived />}
        </>
      )}
    </>
  );
}

function focusTitle(): void {
  document.querySelector<HTMLElement>("h1")?.focus();
}

/** What the invitation waits for, or how it ended. */
function State({ invitation }: { invitation: Invitation }) {
  const { status, expiry } = invitation;
  return (
    <div role="status">
      <p>
        <Status word={statusWord(invitation)} />
        {status === "sent" && (
          <>
            {" "}
            {isOpen(invitation) ? "for an answer until" : "since"} <Time at={expiry} />
          </>
        )}
      </p>
      {status === "sent" && (
        <p>
          <Status word={delivery[invitation.delivery]} /> {deliveryWords(invitation)}
        </p>
      )}
    </div>
  );
}

/** Why there is no link to copy, and what helps instead. */
function NotArrived() {
  const { clinic } = useSession();
  return (
    <section className="card panel">
      <h2>If the email does not arrive</h2>
      <p>
        Ask the person to look in the spam folder for an email from “{clinic.name} via AutoScribe”. Ask your IT team to
        allow emails from AutoScribe, then resend.
      </p>
      <p>
        There is no link to copy. Opening the link proves that the person reads this mailbox, so it is only in the
        email.
      </p>
    </section>
  );
}
