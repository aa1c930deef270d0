import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import { fullName } from "../../rules/names";
import { registryWords } from "../../rules/registry";
import { Confirm } from "../../ui/Confirm";
import { isExpired } from "./lifecycle";
import type { Invitation } from "./queries";

/** Why the person could not create reports yet, and who can change that. */
export function NpiTrouble({ invitation }: { invitation: Invitation }) {
  // The question stays when the invitation ends meanwhile. It says why the attestation was refused.
  const [asked, setAsked] = useState<Invitation | null>(null);
  return (
    <>
      {invitation.status === "sent" && <Trouble invitation={invitation} onAttest={() => setAsked(invitation)} />}
      {asked && <AttestDialog invitation={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Trouble({ invitation, onAttest }: { invitation: Invitation; onAttest: () => void }) {
  switch (invitation.npiVerification) {
    case "pending":
      return (
        <p className="note">
          NPPES, the NPI registry, has not answered about this NPI yet. AutoScribe will check again automatically.
        </p>
      );
    case "not_found":
      return <p className="problem">NPPES, the NPI registry, has no person with this NPI. {wayOut(invitation)}</p>;
    case "deactivated":
      return <p className="problem">This NPI is deactivated in NPPES, the NPI registry. {wayOut(invitation)}</p>;
    case "name_mismatch":
      return <Mismatch invitation={invitation} onAttest={onAttest} />;
    default:
      return null;
  }
}

/** Who can correct the number, and how. An owner's invitation and an expired one have no Edit. */
function wayOut(invitation: Invitation): string {
  const name = fullName(invitation);
  if (invitation.level === "owner") {
    return `An owner's invitation can't be edited. ${name} can correct the NPI on the page Users after confirming.`;
  }
  return isExpired(invitation)
    ? "Resend the invitation, then edit it to correct the NPI."
    : "Edit the invitation to correct the NPI.";
}

function Mismatch({ invitation, onAttest }: { invitation: Invitation; onAttest: () => void }) {
  const name = fullName(invitation);
  return (
    <div className="problem">
      <p>
        NPPES, the NPI registry, lists NPI {invitation.npiNumber} for {registered(invitation)}. {name} can create
        reports once an owner or admin attests that the number is theirs. If it is not: {wayOut(invitation)}
      </p>
      <button type="button" onClick={onAttest}>
        Attest the NPI<span className="visually-hidden"> of {name}</span>
      </button>
    </div>
  );
}

function AttestDialog({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { invitationId, npiNumber } = invitation;
  const attest = useMutation({
    mutationFn: () =>
      data(
        api.POST("/v1/autoScribe/users/invitations/{invitationId}/attest-npi", { params: { path: { invitationId } } }),
      ),
    onSuccess: onClose,
  });
  return (
    <Confirm
      title={`Does NPI ${npiNumber} belong to ${fullName(invitation)}?`}
      action="Attest"
      harmless
      busy={attest.isPending}
      error={attest.error}
      onConfirm={() => attest.mutate()}
      onClose={onClose}
    >
      <p>
        NPPES lists it for {registered(invitation)}. Attest only if you know the person and that this was their name.
        Your name is recorded.
      </p>
    </Confirm>
  );
}

function registered({ npiRegistryName }: Invitation): string {
  return npiRegistryName ? registryWords(npiRegistryName) : "someone with a different last name";
}
