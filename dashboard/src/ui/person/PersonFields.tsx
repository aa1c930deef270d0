import { useState } from "react";
import type { PersonDraft } from "../../rules/personDraft";
import { personLabels } from "../../rules/personFaults";
import { TextField } from "../Field";
import { type Form, textField } from "../useForm";
import { RoleField } from "./RoleField";

const details = ["middleName", "suffix1", "suffix2", "phoneNumber"] as const;

/** Names, the rarely used details, and the role. */
export function PersonFields({ form }: { form: Form<PersonDraft> }) {
  return (
    <>
      <TextField label="First name" autoComplete="off" {...textField(form, "firstName")} />
      <TextField label="Last name" autoComplete="off" {...textField(form, "lastName")} />
      <MoreDetails form={form} />
      <RoleField form={form} />
    </>
  );
}

/** Open once something is in it. A fault inside opens it too, since the summary leads there. */
function MoreDetails({ form }: { form: Form<PersonDraft> }) {
  const [open, setOpen] = useState(() => details.some((name) => form.draft[name] !== ""));
  const invalid = details.some((name) => form.faults.has(name));
  return (
    <details className="field" open={open || invalid} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>More details</summary>
      {details.map((name) => (
        <TextField
          key={name}
          label={`${personLabels[name]} (optional)`}
          autoComplete="off"
          {...(name.startsWith("suffix") && { hint: "Such as Jr. or MD." })}
          {...(name === "phoneNumber" && { type: "tel", hint: "10 to 15 digits." })}
          {...textField(form, name)}
        />
      ))}
    </details>
  );
}
