import { useQuery } from "@tanstack/react-query";
import type { MouseEvent } from "react";
import type { PersonDraft } from "../../rules/personDraft";
import { registryNames, registryWords } from "../../rules/registry";
import type { Form } from "../useForm";
import { useSettled } from "../useSettled";
import { type NpiLookup, npiLookupQuery } from "./npiLookup";

const WAIT_MS = 300;

/** What the registry says of the number of the form, asked once typing pauses. */
export function NpiFinding({ form }: { form: Form<PersonDraft> }) {
  const { npiNumber } = form.draft;
  const lastName = form.draft.lastName.trim();
  const settled = useSettled(`${npiNumber} ${lastName}`, WAIT_MS) === `${npiNumber} ${lastName}`;
  const { data, isError } = useQuery({ ...npiLookupQuery(npiNumber, lastName), enabled: settled });
  if (isError) return <p className="quiet">AutoScribe will verify the NPI automatically.</p>;
  if (!data) return <p className="quiet">Looking up the NPI…</p>;
  return <Finding found={data} form={form} />;
}

function Finding({ found, form }: { found: NpiLookup; form: Form<PersonDraft> }) {
  switch (found.status) {
    case "pending":
      return <p className="quiet">AutoScribe will verify the NPI automatically.</p>;
    case "not_found":
      return <p className="wrong">NPPES, the NPI registry, has no person with this number. Check the number.</p>;
    case "deactivated":
      return (
        <p className="wrong">
          NPPES, the NPI registry, lists this NPI as deactivated. A person can't create reports with it.
        </p>
      );
    default:
      return (
        <div className={found.status === "name_mismatch" ? "problem" : "note"}>
          <p>
            NPPES, the NPI registry: {registryWords(found)}
            {found.licenseStates.length > 0 && (
              <span className="quiet"> (licensed in {found.licenseStates.join(", ")})</span>
            )}
          </p>
          {found.status === "name_mismatch" && (
            <p>
              <strong>The last name is different.</strong> If the number is wrong, correct it. If the person changed
              their name, continue. They can create reports after an owner or admin who knows them attests the NPI.
            </p>
          )}
          <TakeName found={found} form={form} />
        </div>
      );
  }
}

/** The registry's name is never taken without being asked for. */
function TakeName({ found, form }: { found: NpiLookup; form: Form<PersonDraft> }) {
  const { firstName, lastName } = registryNames(found);
  const same = (one: string, other: string) => one.trim().toLowerCase() === other.toLowerCase();
  if (!firstName || !lastName) return null;
  if (same(form.draft.firstName, firstName) && same(form.draft.lastName, lastName)) return null;
  const take = (event: MouseEvent<HTMLButtonElement>) => {
    // The button goes once the names are equal.
    event.currentTarget.closest("form")?.querySelector<HTMLElement>('[name="firstName"]')?.focus();
    form.change({ firstName, lastName });
  };
  return (
    <button type="button" onClick={take}>
      Take this name
    </button>
  );
}
