import { useEffect, useRef, useState } from "react";
import { TextField } from "./Field";

/** A search that waits until typing pauses. */
export function SearchField(props: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(props.value);
  const { value, onChange } = props;
  const sent = useRef(value);
  // What this field sent comes back as the value, maybe after more was typed.
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait.
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      onChange(sent.current);
    }, 300);
    return () => clearTimeout(timer);
  }, [text]);
  return <TextField type="search" label={props.label} value={text} onChange={setText} maxLength={200} />;
}
