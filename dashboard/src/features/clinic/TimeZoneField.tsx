import { useState } from "react";
import { type ClinicDraft, clinicLabels } from "../../rules/clinicSettings";
import { zoneGroups } from "../../rules/timeZones";
import { Field } from "../../ui/Field";
import type { Form } from "../../ui/useForm";

/** The zone of the times in the clinic's emails. */
export function TimeZoneField({ form }: { form: Form<ClinicDraft> }) {
  const [groups] = useState(() => zoneGroups(form.draft.timeZone));
  return (
    <Field
      label={clinicLabels.timeZone}
      hint="Emails show times in this zone. These pages use the zone of your computer."
      wrong={form.faults.get("timeZone")}
    >
      {(control) => (
        <select
          {...control}
          name="timeZone"
          value={form.draft.timeZone}
          onChange={(event) => form.change({ timeZone: event.target.value })}
        >
          {groups.map((group) => (
            <optgroup key={group.label} label={group.label}>
              {group.zones.map((zone) => (
                <option key={zone.name} value={zone.name}>
                  {zone.text}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}
