import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { grants, type PersonDraft } from "../../rules/personDraft";
import { Checkbox } from "../Field";
import type { Form } from "../useForm";
import { pacsConnectedQuery } from "./pacs";

/**
 * The four permissions, each with what it means. Admin includes two of them. `adminLocked` says why the level can't
 * change now. `npi` appears under the permission that needs it.
 */
export function PermissionFields(props: { form: Form<PersonDraft>; adminLocked?: ReactNode; npi?: ReactNode }) {
  const { form, adminLocked } = props;
  const { draft, change, faults } = form;
  const held = grants(draft);
  const administers = held.level !== "member";
  return (
    <fieldset>
      <legend>Permissions</legend>
      <Checkbox
        name="canManageStudies"
        wrong={faults.get("canManageStudies")}
        label="Manage studies"
        explanation={withNote("Assign tasks, create studies, and edit study metadata.", administers && included)}
        checked={held.canManageStudies}
        disabled={administers}
        onChange={(canManageStudies) => change({ canManageStudies })}
      />
      <Checkbox
        name="canCreateReports"
        wrong={faults.get("canCreateReports")}
        label="Create reports"
        explanation="Dictate and create reports. Needs an NPI."
        checked={held.canCreateReports}
        onChange={(canCreateReports) => change({ canCreateReports })}
      />
      {draft.canCreateReports && props.npi && <div className="nested">{props.npi}</div>}
      <Checkbox
        name="hasDashboardAccess"
        wrong={faults.get("hasDashboardAccess")}
        label="Dashboard access"
        explanation={
          held.hasDashboardAccess ? (
            withNote("Sign in to the AutoScribe dashboard.", administers && included)
          ) : (
            <PacsOnly />
          )
        }
        checked={held.hasDashboardAccess}
        disabled={administers}
        onChange={(hasDashboardAccess) => change({ hasDashboardAccess })}
      />
      <Checkbox
        name="level"
        wrong={faults.get("level")}
        label="Admin"
        explanation={withNote(
          "Invite people, change their permissions, and manage API keys. Includes Manage studies and Dashboard access.",
          adminLocked,
        )}
        checked={administers}
        disabled={Boolean(adminLocked)}
        onChange={(admin) => change({ level: admin ? "admin" : "member" })}
      />
    </fieldset>
  );
}

const included = "Included with Admin.";

function withNote(sentence: string, note: ReactNode): ReactNode {
  return note ? (
    <>
      {sentence} <strong>{note}</strong>
    </>
  ) : (
    sentence
  );
}

/** Without the dashboard, a person needs a PACS that opens AutoScribe. */
function PacsOnly() {
  const { data: connected } = useQuery(pacsConnectedQuery);
  return (
    <>
      Works inside your PACS only.
      {connected === false && (
        <>
          {" "}
          <strong>No PACS is connected yet.</strong> <Link to="/keys">Create an API key for it</Link>.
        </>
      )}
    </>
  );
}
