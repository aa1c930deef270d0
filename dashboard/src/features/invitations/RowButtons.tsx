import { Link } from "@tanstack/react-router";
import { isUndelivered } from "../../rules/delivery";
import { fullName } from "../../rules/names";
import { isExpired } from "./lifecycle";
import type { Invitation } from "./queries";
import type { RowActions } from "./useRowActions";

/** What can be done with an invitation now. Each name says with whose. Its own page also corrects good addresses. */
export function RowButtons(props: { invitation: Invitation; actions: RowActions; onPage?: boolean }) {
  const { invitation, actions } = props;
  const { invitationId, status } = invitation;
  const whose = <span className="visually-hidden"> of {fullName(invitation)}</span>;
  const sending = actions.resend.isPending && actions.resend.variables.invitationId === invitationId;
  if (status === "accepted") {
    return (
      <div className="actions">
        <Link className="button" to="/users/$userId" params={{ userId: invitation.userId }}>
          Open the user<span className="visually-hidden"> {fullName(invitation)}</span>
        </Link>
      </div>
    );
  }
  if (status !== "sent") {
    return (
      <div className="actions">
        <Link className="button" to="/users/invitations/new" search={{ from: invitationId }}>
          Invite<span className="visually-hidden"> {fullName(invitation)}</span> again
        </Link>
      </div>
    );
  }
  // The operator invites owners, and only a new email can be asked for.
  const owner = invitation.level === "owner";
  const expired = isExpired(invitation);
  return (
    <div className="actions">
      {!owner && (props.onPage || isUndelivered(invitation)) && (
        <Link
          className={props.onPage && invitation.delivery === "bounced" ? "button first" : "button"}
          to="/users/invitations/new"
          search={{ from: invitationId }}
        >
          Correct the address{whose}
        </Link>
      )}
      <button
        type="button"
        aria-disabled={sending}
        onClick={() => !actions.resend.isPending && actions.resend.mutate(invitation)}
      >
        {sending ? "Sending…" : "Resend"}
        <span className="visually-hidden"> to {fullName(invitation)}</span>
      </button>
      {!owner && !expired && (
        <Link
          className="button"
          to="/users/invitations/$invitationId"
          params={{ invitationId }}
          search={{ edit: true }}
        >
          Edit<span className="visually-hidden"> the invitation for {fullName(invitation)}</span>
        </Link>
      )}
      {!owner && (
        <button type="button" onClick={() => actions.ask(invitation)}>
          Revoke<span className="visually-hidden"> the invitation for {fullName(invitation)}</span>
        </button>
      )}
    </div>
  );
}
