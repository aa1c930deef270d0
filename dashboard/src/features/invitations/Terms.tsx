import { draftOf } from "../../rules/personDraft";
import { registryWords } from "../../rules/registry";
import { npiStatus } from "../../rules/words";
import { Facts } from "../../ui/Facts";
import { Abilities } from "../../ui/person/Abilities";
import { Status } from "../../ui/Status";
import { granterWords, inviterWords } from "./cells";
import type { Invitation } from "./queries";

/** The person, and what the invitation offers them. */
export function Terms({ invitation }: { invitation: Invitation }) {
  const { npiNumber, npiVerification, npiRegistryName: registry } = invitation;
  return (
    <section className="card panel">
      <h2>Invitation</h2>
      <Facts
        facts={[
          ["Email address", invitation.email],
          ["Role", invitation.clinicRole],
          ["Phone number", invitation.phoneNumber],
          [
            "NPI",
            npiNumber && (
              <>
                {npiNumber} <Status word={npiStatus[npiVerification]} />
              </>
            ),
          ],
          ["NPPES", registry && registryWords(registry)],
          ["Invited by", inviterWords(invitation)],
          ["Permissions set by", granterWords(invitation)],
          ["Emails sent", String(invitation.sendCount)],
        ]}
      />
      <Abilities draft={draftOf(invitation)} title={`The invitation says that ${invitation.firstName} can:`} />
    </section>
  );
}
