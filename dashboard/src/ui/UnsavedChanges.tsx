import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { Confirm } from "./Confirm";

/** Asks before a link, Back or a reload loses what was entered. */
export function UnsavedChanges(props: { unsaved: boolean; title?: string; children?: ReactNode }) {
  const { unsaved } = props;
  useUnloadQuestion(unsaved);
  const { proceed, reset } = useBlocker({
    // A link to the same page keeps the form.
    shouldBlockFn: ({ current, next }) =>
      current.pathname !== next.pathname || JSON.stringify(current.search) !== JSON.stringify(next.search),
    enableBeforeUnload: false,
    disabled: !unsaved,
    withResolver: true,
  });
  // What was saved meanwhile needs no answer.
  useEffect(() => {
    if (!unsaved) proceed?.();
  }, [unsaved, proceed]);
  if (!proceed || !unsaved) return null;
  return (
    <Confirm
      title={props.title ?? "Leave without saving?"}
      action="Leave"
      cancel="Stay"
      busy={false}
      onConfirm={proceed}
      onClose={reset}
    >
      <p>{props.children ?? "You will lose what you entered."}</p>
    </Confirm>
  );
}

/** Lets the browser ask before a reload or a closed tab loses something. */
export function useUnloadQuestion(asks: boolean): void {
  useEffect(() => {
    if (!asks) return;
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [asks]);
}
