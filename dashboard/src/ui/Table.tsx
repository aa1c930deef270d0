import { type ReactNode, useEffect, useRef } from "react";

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
}) {
  const [first, ...others] = props.columns;
  const focused = useRef<HTMLTableRowElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the row moves the focus once, when it becomes the one.
  useEffect(() => focused.current?.focus(), [props.focusKey]);
  return (
    <table className="rows">
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
      <tbody>
        {props.rows.map((row) => {
          const key = props.rowKey(row);
          return (
            <tr key={key} tabIndex={-1} ref={key === props.focusKey ? focused : null}>
              <th scope="row">{first.cell(row)}</th>
              {others.map((column) => (
                <td key={column.heading} data-heading={column.heading}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
