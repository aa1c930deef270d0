import { type ReactNode, useEffect, useRef } from "react";

/** A page: its title, which gets the focus when the page opens, and what stands beside it. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · AutoScribe`;
  }, [title]);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}
