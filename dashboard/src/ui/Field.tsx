import { type InputHTMLAttributes, type ReactNode, useId } from "react";

/** What every control has: label above, hint below, and what is wrong with it. */
type Labels = { label: string; hint?: ReactNode; wrong?: string | undefined };
type Control = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

/** A label with its control. `children` gets the attributes that tie both to hint and fault. */
export function Field({ label, hint, wrong, children }: Labels & { children: (control: Control) => ReactNode }) {
  const id = useId();
  const described = [wrong && `${id}-wrong`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": wrong ? true : undefined })}
      {wrong && (
        <p className="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      {hint && (
        <div className="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}

type TextProps = Labels &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & { value: string; onChange: (value: string) => void };

/** One line of text. */
export function TextField({ label, hint, wrong, onChange, ...input }: TextProps) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(control) => <input type="text" {...input} {...control} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

/** One of several values. */
export function SelectField<Value extends string>(
  props: Labels & {
    value: Value;
    onChange: (value: Value) => void;
    options: { value: Value; text: string }[];
    name?: string;
  },
) {
  return (
    <Field label={props.label} hint={props.hint} wrong={props.wrong}>
      {(control) => (
        <select
          {...control}
          name={props.name}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value as Value)}
        >
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A choice of yes or no, with the sentence that explains it. */
export function Checkbox(props: {
  label: string;
  explanation: ReactNode;
  wrong?: string | undefined;
  name?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="check">
      <input
        type="checkbox"
        id={id}
        name={props.name}
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={`${props.wrong ? `${id}-wrong ` : ""}${id}-explanation`}
        aria-invalid={props.wrong ? true : undefined}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <label htmlFor={id}>{props.label}</label>
      <p id={`${id}-explanation`}>{props.explanation}</p>
      {props.wrong && (
        <p className="wrong" id={`${id}-wrong`}>
          {props.wrong}
        </p>
      )}
    </div>
  );
}
