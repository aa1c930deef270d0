import { Link } from "@tanstack/react-router";
import { deliveryWords, isUndelivered } from "../../rules/delivery";
import { fullName } from "../../rules/names";
import { permissionWords } from "../../rules/permissions";
import { delivery, npiStatus } from "../../rules/words";
import { Address } from "../../ui/Address";
import { Status } from "../../ui/Status";
import { Time } from "../../ui/Time";
import { isOpen, statusWord } from "./lifecycle";
import type { Invitation } from "./queries";

type Cell = { invitation: Invitation };

export function PersonCell({ invitation }: Cell) {
  const { invitationId } = invitation;
  return (
    <>
      <Link to="/users/invitations/$invitationId" params={{ invitationId }}>
        {fullName(invitation)}
      </Link>
      <Address email={invitation.email} />
    </>
  );
}

export function PermissionsCell({ invitation }: Cell) {
  return (
    <>
      {permissionWords(invitation).join(", ")}
      {invitation.canCreateReports && <Status word={npiStatus[invitation.npiVerification]} />}
    </>
  );
}

/** The state of the newest email, with the reason if it did not arrive. An answer proves that it did. */
export function EmailCell({ invitation }: Cell) {
  if (invitation.status === "accepted" || invitation.status === "rejected") return <>Answered</>;
  // No one needs to do anything about it any more.
  if (invitation.status === "revoked") return <span className="quiet">{delivery[invitation.delivery].text}</span>;
  return (
    <>
      <Status word={delivery[invitation.delivery]} />
      {isUndelivered(invitation) && <span className="quiet">{deliveryWords(invitation)}</span>}
    </>
  );
}

/** What the person answered, or until when an answer can come. */
export function StatusCell({ invitation }: Cell) {
  return (
    <>
      <Status word={statusWord(invitation)} />
      {invitation.status === "sent" && (
        <span className="quiet">
          {" "}
          {isOpen(invitation) && "until "}
          <Time at={invitation.expiry} />
        </span>
      )}
    </>
  );
}

export function inviterWords({ inviterId, inviterName, invitedByApiKeyId, apiKeyDescription }: Invitation): string {
  return invitedByApiKeyId ? actorWords("key:", apiKeyDescription) : actorWords(inviterId, inviterName);
}

export function granterWords({ grantedBy, grantedByName }: Invitation): string {
  return actorWords(grantedBy, grantedByName);
}

/** Who did something, by the API's id and name. The name of an API key does not say that it is one. */
function actorWords(id: string | null | undefined, name: string | null | undefined): string {
  if (id?.startsWith("key:")) return name ? `API key “${name}”` : "An API key";
  return id?.startsWith("usr_") ? (name ?? "A person at your clinic") : "AutoScribe";
}
