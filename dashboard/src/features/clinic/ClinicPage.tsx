import { useQuery } from "@tanstack/react-query";
import { ManagersOnly } from "../../session/ManagersOnly";
import { clinicQuery, useSession } from "../../session/queries";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { ProblemNote } from "../../ui/ProblemNote";
import { ClinicForm } from "./ClinicForm";
import { Ownership } from "./Ownership";

/** The settings of the clinic, and who owns it. */
export function ClinicPage() {
  return (
    <ManagersOnly title="Clinic">
      <Clinic />
    </ManagersOnly>
  );
}

function Clinic() {
  const { user } = useSession();
  const query = useQuery(clinicQuery);
  const isOwner = user.level === "owner";
  return (
    <Page title="Clinic">
      {query.isPending && <Loading what="the settings" />}
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <ClinicForm settings={query.data} isOwner={isOwner} />}
      {query.data && <Ownership user={user} isOwner={isOwner} />}
    </Page>
  );
}
