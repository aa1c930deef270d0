import { accessScopes, type KeyDraft, keyLabels } from "../../rules/keys";
import { Radio } from "../../ui/Radio";
import type { Form } from "../../ui/useForm";

const values = ["all", "self"] as const;

/** Which temporary access the key sees and ends. */
export function AccessScopeField({ form }: { form: Form<KeyDraft> }) {
  return (
    <fieldset>
      <legend>{keyLabels.accessScope}</legend>
      {values.map((value) => (
        <Radio
          key={value}
          name="accessScope"
          label={accessScopes[value].label}
          explanation={accessScopes[value].sentence}
          checked={form.draft.accessScope === value}
          onChoose={() => form.change({ accessScope: value })}
        />
      ))}
    </fieldset>
  );
}
