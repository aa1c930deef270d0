import { useEffect } from "react";
import type { Defaults } from "../../rules/importValues";
import { emptyPerson, grants, type PersonDraft } from "../../rules/personDraft";
import { PermissionFields } from "../../ui/person/PermissionFields";
import { RoleField } from "../../ui/person/RoleField";
import { useForm } from "../../ui/useForm";

const noFaults = () => new Map<string, string>();

/** The role and permissions of the rows that leave them out. */
export function DefaultsForm({ onChange }: { onChange: (defaults: Defaults) => void }) {
  const form = useForm(() => emptyPerson, noFaults);
  const { draft } = form;
  useEffect(() => onChange(defaultsOf(draft)), [draft, onChange]);
  return (
    <details className="card panel" open>
      <summary>Default role and permissions</summary>
      <form className="narrow">
        <RoleField form={form} />
        <PermissionFields form={form} />
      </form>
    </details>
  );
}

export function defaultsOf(draft: PersonDraft): Defaults {
  const { level, ...held } = grants(draft);
  return { ...held, admin: level !== "member", clinicRole: draft.clinicRole };
}
