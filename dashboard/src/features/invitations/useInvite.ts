import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, data, type Schemas } from "../../api/client";
import { Problem } from "../../api/problem";
import { FormKey } from "./formKey";
import { loadInvitation, revokeInvitation } from "./queries";

type Body = Schemas["InviteRequest"];

/** The new invitation was sent, and the old one still works. Only the rest is left to do. */
export class OldOneStays extends Error {
  readonly invitationId: string;

  constructor(invitationId: string, cause: unknown) {
    super("The old invitation was not revoked.", { cause });
    this.invitationId = invitationId;
  }
}

/**
 * Sends an invitation. `replaces` is an open one of the same person. It is revoked once the new one was sent, or just
 * before if it holds the NPI: the API says so after everything else was checked, so that a refusal costs no one
 * their invitation.
 */
export function useInvite(replaces: string | null) {
  const key = useRef(new FormKey());
  const [revoked, setRevoked] = useState(false);

  const post = async (body: Body) => {
    const header = { "Idempotency-Key": key.current.of(body) };
    try {
      return await data(api.POST("/v1/autoScribe/users", { params: { header }, body }));
    } catch (error) {
      key.current.fail(error);
      throw atField(error);
    }
  };
  const replace = async (body: Body, old: string) => {
    let gone = revoked || (await isRevoked(old));
    const sent = await post(body).catch(async (error) => {
      if (gone || !holdsNpi(error, old)) throw error;
      await revokeInvitation(old);
      gone = true;
      setRevoked(true);
      return post(body);
    });
    if (!gone) {
      await revokeInvitation(old).catch((error) => {
        throw new OldOneStays(sent.invitationId, error);
      });
    }
    return sent;
  };
  const invite = useMutation({
    mutationFn: (body: Body) => (replaces ? replace(body, replaces) : post(body)),
  });
  return { ...invite, revoked };
}

// The field that someone else has the same value in.
const conflicts: Record<string, string> = {
  already_invited: "email",
  already_member: "email",
  user_deactivated: "email",
  npi_in_use: "npiNumber",
};

/** A conflict with another person, as a fault of the field that it is about. */
function atField(error: unknown): unknown {
  const field = error instanceof Problem ? conflicts[error.code] : undefined;
  if (!(error instanceof Problem) || !field) return error;
  const { code, message: detail, status, body, retryAfter } = error;
  return new Problem(status, { ...body, errors: [{ field, code, detail }] }, retryAfter);
}

/** Whether someone revoked the invitation already. Refuses if the person has answered it. */
async function isRevoked(invitationId: string): Promise<boolean> {
  const { status } = await loadInvitation(invitationId);
  if (status === "sent" || status === "revoked") return status === "revoked";
  const answer = status === "accepted" ? "confirmed" : "declined";
  const detail = `The person has ${answer} the invitation meanwhile. Nothing was sent.`;
  throw new Problem(409, { code: `invitation_${status}`, detail });
}

function holdsNpi(error: unknown, invitationId: string): boolean {
  return error instanceof Problem && error.code === "npi_in_use" && error.body.invitationId === invitationId;
}
