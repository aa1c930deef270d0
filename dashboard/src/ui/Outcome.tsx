import { type ReactNode, useEffect, useRef } from "react";

/** What an action did, and the way back. Gets the focus, since what was used for the action is often gone. */
export function Outcome({ children }: { children: ReactNode }) {
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => note.current?.focus(), []);
  return (
    <div ref={note} className="note" role="status" tabIndex={-1}>
      {children}
    </div>
  );
}
