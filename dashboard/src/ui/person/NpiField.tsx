import { isNpi, NPI_DIGITS, npiDigits } from "../../rules/npi";
import type { PersonDraft } from "../../rules/personDraft";
import { NPI_FAULT } from "../../rules/personFaults";
import { TextField } from "../Field";
import { type Form, textField } from "../useForm";
import { NpiFinding } from "./NpiFinding";

/**
 * The NPI of a person who creates reports: the check digit while typing, then what the registry says. What was saved
 * before has been verified or attested, and is not looked up.
 */
export function NpiField({ form, saved }: { form: Form<PersonDraft>; saved?: PersonDraft }) {
  const { npiNumber } = form.draft;
  const lookedUp = isNpi(npiNumber) && !(saved?.npiNumber === npiNumber && saved.lastName === form.draft.lastName);
  const mistyped = npiNumber.length >= NPI_DIGITS && !isNpi(npiNumber);
  const field = textField(form, "npiNumber");
  return (
    <>
      <TextField
        label="NPI"
        hint="National Provider Identifier, 10 digits."
        inputMode="numeric"
        autoComplete="off"
        {...field}
        wrong={field.wrong ?? (mistyped ? NPI_FAULT : undefined)}
        onChange={(text) => field.onChange(npiDigits(text))}
      />
      <div role="status">{lookedUp && <NpiFinding form={form} />}</div>
    </>
  );
}
