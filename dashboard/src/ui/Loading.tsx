import { useEffect, useState } from "react";

/** Rows that will come. Quick answers show nothing, so that the page does not flicker. */
export function Loading({ what }: { what: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" className="loading">
      {late && (
        <>
          <span className="visually-hidden">Loading {what}…</span>
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" />
        </>
      )}
    </div>
  );
}
