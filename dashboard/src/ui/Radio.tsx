import { type ReactNode, useId } from "react";

/** One of a few choices, with the sentence that explains it. */
export function Radio(props: {
  name: string;
  label: string;
  explanation: ReactNode;
  checked: boolean;
  onChoose: () => void;
}) {
  const id = useId();
  return (
    <div className="check">
      <input
        type="radio"
        id={id}
        name={props.name}
        checked={props.checked}
        aria-describedby={`${id}-explanation`}
        onChange={props.onChoose}
      />
      <label htmlFor={id}>{props.label}</label>
      <p id={`${id}-explanation`}>{props.explanation}</p>
    </div>
  );
}
