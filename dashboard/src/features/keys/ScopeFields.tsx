import { useId } from "react";
import { type KeyDraft, keyLabels, type ScopeName, scopes } from "../../rules/keys";
import { Checkbox } from "../../ui/Field";
import type { Form } from "../../ui/useForm";

/** What the key may do. An admin learns what only an owner can give. */
export function ScopeFields({ form, isOwner }: { form: Form<KeyDraft>; isOwner: boolean }) {
  const id = useId();
  const wrong = form.faults.get("scopes");
  const offered = scopes.filter((scope) => isOwner || !scope.ownerOnly);
  const toggle = (name: ScopeName, chosen: boolean) => {
    const others = form.draft.scopes.filter((scope) => scope !== name);
    form.change({ scopes: chosen ? [...others, name] : others });
  };
  return (
    <fieldset aria-describedby={wrong && id}>
      <legend>{keyLabels.scopes}</legend>
      {wrong && (
        <p className="wrong" id={id}>
          {wrong}
        </p>
      )}
      {offered.map((scope) => (
        <Checkbox
          key={scope.name}
          name="scopes"
          label={scope.label}
          explanation={scope.ownerOnly ? `${scope.sentence} Only an owner can give this.` : scope.sentence}
          checked={form.draft.scopes.includes(scope.name)}
          onChange={(chosen) => toggle(scope.name, chosen)}
        />
      ))}
      {!isOwner && <OwnersOffer />}
    </fieldset>
  );
}

function OwnersOffer() {
  return (
    <div className="note">
      <p>Only an owner can create a key with these permissions. Ask one of them:</p>
      <ul>
        {scopes
          .filter((scope) => scope.ownerOnly)
          .map((scope) => (
            <li key={scope.name}>
              <strong>{scope.label}.</strong> {scope.sentence}
            </li>
          ))}
      </ul>
    </div>
  );
}
