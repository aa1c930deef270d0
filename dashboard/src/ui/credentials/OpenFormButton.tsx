import { useEffect, useRef } from "react";

/** Opens a form. Gets the focus back when the form is closed. */
export function OpenFormButton(props: { label: string; first?: boolean; hidden: boolean; onClick: () => void }) {
  const { hidden } = props;
  const button = useRef<HTMLButtonElement>(null);
  const wasHidden = useRef(false);
  useEffect(() => {
    if (wasHidden.current && !hidden && document.activeElement === document.body) button.current?.focus();
    wasHidden.current = hidden;
  }, [hidden]);
  if (hidden) return null;
  return (
    <button ref={button} type="button" className={props.first ? "first" : undefined} onClick={props.onClick}>
      {props.label}
    </button>
  );
}
