import { fullName } from "../../rules/names";
import { abilities } from "../../rules/sentences";
import { levels, npiStatus } from "../../rules/words";
import { type Session, useSession } from "../../session/queries";
import { Page } from "../../ui/Page";
import { Status } from "../../ui/Status";
import { Time } from "../../ui/Time";
import { Clinics } from "./Clinics";
import { PasswordForm } from "./PasswordForm";
import { Sessions } from "./Sessions";

/** The person who is signed in: who they are, their clinics, password and sessions. */
export function AccountPage() {
  const session = useSession();
  return (
    <Page title="Account">
      <Me session={session} />
      {session.clinics.length > 1 && <Clinics session={session} />}
      <PasswordForm email={session.user.email} />
      <Sessions clinics={session.clinics} />
    </Page>
  );
}

function Me({ session: { user, clinic } }: { session: Session }) {
  return (
    <section className="card panel" aria-labelledby="me">
      <h2 id="me">{fullName(user)}</h2>
      <dl className="facts">
        <div>
          <dt>Email address</dt>
          <dd>{user.email}</dd>
        </div>
        <div>
          <dt>Clinic</dt>
          <dd>{clinic.name}</dd>
        </div>
        <div>
          <dt>Role</dt>
          <dd>
            {user.clinicRole}, {levels[user.level].toLowerCase()}
          </dd>
        </div>
        <div>
          <dt>You can</dt>
          <dd>
            <ul className="plain">
              {abilities(user).map((ability) => (
                <li key={ability}>{ability}</li>
              ))}
            </ul>
          </dd>
        </div>
        {user.npiNumber && (
          <div>
            <dt>NPI</dt>
            <dd>
              {user.npiNumber} <Status word={npiStatus[user.npiVerification]} />
            </dd>
          </div>
        )}
        <div>
          <dt>Last sign-in</dt>
          <dd>
            <Time at={user.lastLoginAt} />
          </dd>
        </div>
      </dl>
    </section>
  );
}
