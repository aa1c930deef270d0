import { type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { Problem } from "../api/problem";
import type { Faults } from "../rules/personFaults";
import { ProblemNote } from "./ProblemNote";

/**
 * Why a form was not sent, above its fields. Gets the focus after each refused attempt. Each fault leads to the
 * control with its name. `error` shows if it is not about fields, `children` is what helps with it.
 */
export function FormProblems(props: {
  attempts: number;
  faults: Faults;
  labels: Record<string, string>;
  error?: unknown;
  children?: ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (props.attempts > 0) box.current?.focus();
  }, [props.attempts]);
  if (props.attempts === 0) return null;
  const { faults, labels } = props;
  const ordered = [...faults].sort(([one], [other]) => place(labels, one) - place(labels, other));
  return (
    <div ref={box} tabIndex={-1}>
      {faults.size > 0 && (
        <div className="problem">
          <p>
            <strong>{faults.size === 1 ? "Fix 1 problem" : `Fix ${faults.size} problems`}</strong>
          </p>
          <ul>
            {ordered.map(([field, fault]) => (
              <li key={field}>
                <a href={`#${field}`} onClick={(event) => focusField(event, field)}>
                  {labels[field] ?? field}
                </a>
                : {fault}
              </li>
            ))}
          </ul>
          {props.children}
        </div>
      )}
      {faults.size === 0 && props.error && !isAboutFields(props.error) ? (
        <ProblemNote error={props.error}>{props.children}</ProblemNote>
      ) : null}
    </div>
  );
}

/** Such a refusal stands at its fields until they change. Then it is no longer true. */
function isAboutFields(error: unknown): boolean {
  return error instanceof Problem && error.fields.size > 0;
}

function place(labels: Record<string, string>, field: string): number {
  const index = Object.keys(labels).indexOf(field);
  return index < 0 ? Number.MAX_SAFE_INTEGER : index;
}

function focusField(event: MouseEvent<HTMLAnchorElement>, field: string): void {
  event.preventDefault();
  const form = event.currentTarget.closest("form");
  form?.querySelector<HTMLElement>(`[name="${CSS.escape(field)}"]`)?.focus();
}
