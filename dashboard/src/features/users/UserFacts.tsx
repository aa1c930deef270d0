import { Link } from "@tanstack/react-router";
import { neverSignedIn, permissionWords } from "../../rules/permissions";
import { levels, npiStatus, userStatus } from "../../rules/words";
import { manages, useSession } from "../../session/queries";
import { Facts } from "../../ui/Facts";
import { Status } from "../../ui/Status";
import { Time } from "../../ui/Time";
import type { UserDetails } from "./userQueries";

/** What is known of a person. */
export function UserFacts({ user }: { user: UserDetails }) {
  const session = useSession();
  const lastView = user.lastViewAt || manages(session);
  return (
    <Facts
      facts={[
        ["Email address", user.email],
        ["Phone number", user.phoneNumber],
        ["Role", user.clinicRole],
        ["Level", levels[user.level]],
        ["Permissions", permissionWords(user).join(", ")],
        ["NPI", user.npiNumber && <Npi user={user} />],
        ["Status", <Status key="status" word={userStatus[user.status ?? "active"]} />],
        ["Last sign-in", <Time key="login" at={user.lastLoginAt} never={neverSignedIn(user)} />],
        // A member learns only of the views that the member may list.
        ["Last view opened", lastView && <Time at={user.lastViewAt} never="None in the last 30 days" />],
        [
          "Invited",
          <>
            <Time at={user.createdAt} />, {user.invitedSource === "api" ? "by a PACS or script" : "at the dashboard"}
            {manages(session) && (
              <>
                .{" "}
                <Link
                  to="/users/invitations/$invitationId"
                  params={{ invitationId: user.userId.replace("usr_", "inv_") }}
                >
                  Open the invitation
                </Link>
              </>
            )}
          </>,
        ],
      ]}
    />
  );
}

function Npi({ user }: { user: UserDetails }) {
  return (
    <>
      {user.npiNumber} <Status word={npiStatus[user.npiVerification]} />
    </>
  );
}
