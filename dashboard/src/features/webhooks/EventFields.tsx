import { useId } from "react";
import { type EventType, eventGroups } from "../../rules/eventTypes";
import { type WebhookDraft, webhookLabels } from "../../rules/webhookDraft";
import { Checkbox } from "../../ui/Field";
import { Radio } from "../../ui/Radio";
import type { Form } from "../../ui/useForm";

/** Which events the receiver gets: all, or some of each group. */
export function EventFields({ form }: { form: Form<WebhookDraft> }) {
  const id = useId();
  const { some } = form.draft;
  const wrong = form.faults.get("eventTypes");
  return (
    <>
      <fieldset aria-describedby={wrong && id}>
        <legend>{webhookLabels.eventTypes}</legend>
        {wrong && (
          <p className="wrong" id={id}>
            {wrong}
          </p>
        )}
        <Radio
          name="some"
          label="All events"
          explanation="Includes kinds that AutoScribe adds later. The receiver must ignore those it does not know."
          checked={!some}
          onChoose={() => form.change({ some: false })}
        />
        <Radio
          name="some"
          label="Only some"
          explanation="Choose them below."
          checked={some}
          onChoose={() => form.change({ some: true })}
        />
      </fieldset>
      {some && eventGroups.map((group) => <Group key={group.name} group={group} form={form} />)}
    </>
  );
}

function Group({ group, form }: { group: (typeof eventGroups)[0]; form: Form<WebhookDraft> }) {
  const { eventTypes } = form.draft;
  const own = group.types.map(([type]) => type);
  const others = eventTypes.filter((type) => !own.includes(type));
  const all = own.every((type) => eventTypes.includes(type));
  const toggle = (type: EventType, chosen: boolean) => {
    const rest = eventTypes.filter((one) => one !== type);
    form.change({ eventTypes: chosen ? [...rest, type] : rest });
  };
  return (
    <fieldset className="nested">
      <legend>{group.name}</legend>
      <p>
        <button type="button" onClick={() => form.change({ eventTypes: all ? others : [...others, ...own] })}>
          {all ? "Choose none" : "Choose all"}
          <span className="visually-hidden"> of {group.name}</span>
        </button>
      </p>
      {group.types.map(([type, { label, sentence }]) => (
        <Checkbox
          key={type}
          name="eventTypes"
          label={label}
          explanation={
            <>
              {sentence} <code>{type}</code>
            </>
          }
          checked={eventTypes.includes(type)}
          onChange={(chosen) => toggle(type, chosen)}
        />
      ))}
    </fieldset>
  );
}
