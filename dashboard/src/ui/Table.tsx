import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/** One column: its heading, and the cell of a row. The first column names the row. */
export type Column<Row> = { heading: string; cell: (row: Row) => ReactNode };

/** A table that becomes a list of cards on narrow screens. */
export function Table<Row>(props: {
  caption: string;
  columns: [Column<Row>, ...Column<Row>[]];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** The row that gets the focus, after more rows were loaded or a row went. */
  focusKey?: string | null;
  /** Whether the rows are sentences, which stand out as little as text. */
  log?: boolean;
  /** Names the widths of the columns. Without it they follow the rows. */
  kind?: "users" | "invitations" | "undelivered";
}) {
  const [first, ...others] = props.columns;
  const body = useRef<HTMLTableSectionElement>(null);
  const lost = useKeptFocus(body);
  useKeptRow(body);
  return (
    // Wider text may need more room than the window has.
    <div className="scroll">
      <table className={`rows ${props.log ? "log" : props.kind ? `fixed ${props.kind}` : ""}`}>
        <caption className="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.heading} scope="col">
                {column.heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {props.rows.map((row) => {
            const key = props.rowKey(row);
            return (
              <BodyRow key={key} focused={key === props.focusKey} lost={lost}>
                <th scope="row">{first.cell(row)}</th>
                {others.map((column) => (
                  <td key={column.heading} data-heading={column.heading}>
                    {column.cell(row)}
                  </td>
                ))}
              </BodyRow>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Where the row was that went with the focus. */
type Lost = RefObject<number | null>;

function BodyRow(props: { focused: boolean; lost: Lost; children: ReactNode }) {
  const { focused, lost } = props;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (focused) row.current?.focus();
  }, [focused]);
  useLayoutEffect(() => {
    const element = row.current;
    return () => {
      if (element?.contains(document.activeElement)) lost.current = element.sectionRowIndex;
    };
  }, [lost]);
  return (
    <tr tabIndex={-1} ref={row}>
      {props.children}
    </tr>
  );
}

/** When the control with the focus goes and its row stays, such as a button of an answered invitation, the row's name gets it. */
function useKeptRow(body: RefObject<HTMLTableSectionElement | null>): void {
  // Before the change: afterward the focus is gone already.
  const { activeElement } = document;
  const before = body.current?.contains(activeElement) ? activeElement?.closest("tr") : null;
  useLayoutEffect(() => {
    if (!before || document.activeElement !== document.body || !body.current?.contains(before)) return;
    (before.querySelector<HTMLElement>("th a") ?? before).focus();
  });
}

/** When a row goes with the focus, the next row gets it. When the whole table goes, the title of the page does. */
function useKeptFocus(body: RefObject<HTMLTableSectionElement | null>): Lost {
  const lost = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (lost.current === null) return;
    const rows = body.current?.querySelectorAll("tr");
    rows?.[Math.min(lost.current, rows.length - 1)]?.focus();
    lost.current = null;
  });
  useLayoutEffect(() => {
    const rows = body.current;
    return () => {
      if (rows?.contains(document.activeElement)) document.querySelector("h1")?.focus();
    };
  }, [body]);
  return lost;
}
