import { useState } from "react";
import type { PersonDraft } from "../../rules/personDraft";
import { type ClinicRole, roleAliases, roleGroups } from "../../rules/roles";
import { Field } from "../Field";
import type { Form } from "../useForm";

/** The role in the clinic. A name that only people use leads to the role that the API has, and says so. */
export function RoleField({ form }: { form: Form<PersonDraft> }) {
  const [alias, setAlias] = useState<(typeof roleAliases)[number]>();
  const choose = (value: string) => {
    const meant = roleAliases.find(({ text }) => text === value);
    setAlias(meant);
    form.change({ clinicRole: meant?.role ?? (value as ClinicRole | "") });
  };
  return (
    <Field
      label="Role"
      hint={
        <>
          <span role="status">{alias && `${alias.text} is listed as ${alias.role}. `}</span>
          The role doesn't change permissions.
        </>
      }
      wrong={form.faults.get("clinicRole")}
    >
      {(control) => (
        <select
          {...control}
          name="clinicRole"
          value={form.draft.clinicRole}
          onChange={(event) => choose(event.target.value)}
          onBlur={() => form.leave("clinicRole")}
        >
          <option value="">Choose a role</option>
          {roleGroups.map((group, index) => (
            <optgroup key={group.name} label={group.name}>
              {group.roles.map((role) => (
                <option key={role}>{role}</option>
              ))}
              {index === 0 && roleAliases.map(({ text }) => <option key={text}>{text}</option>)}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}
