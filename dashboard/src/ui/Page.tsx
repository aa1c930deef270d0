import { type ReactNode, useEffect, useRef } from "react";

/**
 * A page: its title, which gets the focus when the page opens, and what stands beside it. With `focusTitle` false the
 * page gives the focus to something else.
 */
export function Page(props: { title: string; actions?: ReactNode; focusTitle?: boolean; children: ReactNode }) {
  const { title, actions, focusTitle = true, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · AutoScribe`;
  }, [title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the page opens.
  useEffect(() => {
    if (focusTitle) heading.current?.focus();
  }, []);
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
