import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fullName } from "../../rules/names";
import { registryWords } from "../../rules/registry";
import { npiStatus } from "../../rules/words";
import { useSession } from "../../session/queries";
import { Confirm } from "../../ui/Confirm";
import { Facts } from "../../ui/Facts";
import { Outcome } from "../../ui/Outcome";
import { Status } from "../../ui/Status";
import { isSelf } from "./rights";
import { attestNpi, showUser, type UserDetails } from "./userQueries";

/** The NPI, what the registry says of it, and the attestation of a manager who knows the person. */
export function NpiPanel({ user, locked }: { user: UserDetails; locked: boolean }) {
  const queries = useQueryClient();
  // The question stays when someone else changes the person meanwhile. It says why the attestation was refused.
  const [asked, setAsked] = useState<UserDetails | null>(null);
  const attest = useMutation({
    mutationFn: () => attestNpi(user.userId),
    onSuccess: (attested) => {
      setAsked(null);
      showUser(queries, attested);
    },
  });
  const ask = () => {
    attest.reset();
    setAsked(user);
  };
  return (
    <>
      {hasPanel(user) && (
        <section className="card panel" aria-labelledby="npi">
          <h2 id="npi">NPI</h2>
          <Npi user={user} />
          {!locked && <Attest user={user} attested={attest.isSuccess} onAsk={ask} />}
        </section>
      )}
      {asked && (
        <Confirm
          title={`Attest the NPI of ${fullName(asked)}?`}
          action="Attest"
          harmless
          busy={attest.isPending}
          error={attest.error}
          onConfirm={() => attest.mutate()}
          onClose={() => setAsked(null)}
        >
          <Question user={asked} />
        </Confirm>
      )}
    </>
  );
}

function hasPanel({ status, npiNumber, canCreateReports }: UserDetails): boolean {
  return status !== "released" && Boolean(npiNumber || canCreateReports);
}

function Npi({ user }: { user: UserDetails }) {
  const registry = user.npiRegistryName;
  return (
    <>
      <Facts
        facts={[
          ["Number", user.npiNumber ?? "None"],
          ["Status", <Status key="status" word={npiStatus[user.npiVerification]} />],
          ["In the registry", registry ? registryWords(registry) : null],
        ]}
      />
      <p>{explanations[user.npiVerification]}</p>
    </>
  );
}

const explanations: Record<UserDetails["npiVerification"], string> = {
  not_required: "Creating reports needs an NPI. Add it with Edit.",
  pending:
    "The registry has not answered yet. AutoScribe will check again automatically. Until then, you can't assign studies to this person.",
  verified:
    "The registry lists this number under the person's last name, or an owner or admin attested it. Only the last name is compared, so check that the registry means the person you know.",
  name_mismatch:
    "The registry lists this number under a different last name. Until that is settled, you can't assign studies to this person. If the number is wrong, correct it with Edit.",
  not_found:
    "The registry has no person with this number. Correct the number with Edit. Until then, you can't assign studies to this person.",
  deactivated:
    "The registry has deactivated this number. If the person has another number, enter it with Edit. Until then, you can't assign studies to this person.",
};

function Attest(props: { user: UserDetails; attested: boolean; onAsk: () => void }) {
  const { user, attested, onAsk } = props;
  const session = useSession();
  const name = fullName(user);
  if (attested && user.npiVerification === "verified")
    return <Outcome>You attested the NPI of {name}. Your name is recorded in Activity.</Outcome>;
  if (user.npiVerification !== "name_mismatch") return null;
  if (isSelf(session, user)) return <p>No one can attest their own NPI. Ask another owner or admin.</p>;
  if (user.status !== "active") return <p>Reactivate {name} before you attest the NPI.</p>;
  return (
    <>
      <p>If you know the person and the last name has changed, attest that the number is theirs.</p>
      <button type="button" onClick={onAsk}>
        Attest<span className="visually-hidden"> the NPI of {name}</span>
      </button>
    </>
  );
}

function Question({ user }: { user: UserDetails }) {
  return (
    <p>
      You confirm that you know {fullName(user)}, and that NPI {user.npiNumber} is theirs
      {user.npiRegistryName && `, although the registry says ${registryWords(user.npiRegistryName)}`}. From then on,
      they can create reports. Your name is recorded in Activity, and every other owner and admin gets an email. You may
      have to enter your password.
    </p>
  );
}
