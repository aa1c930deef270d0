import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Problem } from "../../api/problem";

// The invitation that was to be replaced or changed was answered or revoked meanwhile.
const ended = ["invitation_accepted", "invitation_rejected", "invitation_revoked"];

/** The way on after a refusal that another invitation or user causes. `about` is the one that the form is about. */
export function InviteRefused({ error, about = null }: { error: unknown; about?: string | null }) {
  if (!(error instanceof Problem)) return null;
  const { invitationId, userId } = error.body;
  const link = wayOn(error.code, idOf(invitationId) ?? (ended.includes(error.code) ? about : null), idOf(userId));
  return link && <p>{link}</p>;
}

function wayOn(code: string, invitationId: string | null, userId: string | null): ReactNode {
  if (invitationId) {
    return (
      <Link to="/users/invitations/$invitationId" params={{ invitationId }}>
        {code === "npi_in_use" ? "Open the invitation that has this NPI" : "Open the invitation"}
      </Link>
    );
  }
  if (!userId) return null;
  const texts: Record<string, string> = {
    user_deactivated: "Open the user, to reactivate or release them",
    npi_in_use: "Open the user who has this NPI",
  };
  return (
    <Link to="/users/$userId" params={{ userId }}>
      {texts[code] ?? "Open the user"}
    </Link>
  );
}

function idOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
