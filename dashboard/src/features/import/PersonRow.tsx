import { memo } from "react";
import { fieldLabel, type ImportField } from "../../rules/importFields";
import { type Defaults, valueIfEmpty } from "../../rules/importValues";
import { CellInput } from "./CellInput";
import { ResultCell } from "./ResultCell";
import type { Judged } from "./rows";
import type { ImportEvent } from "./state";

type Props = Judged & { shown: string; defaults: Defaults; dispatch: (event: ImportEvent) => void };

/** One person of the import. A row that was sent, or is being sent, is text. */
export const PersonRow = memo(function PersonRow(props: Props) {
  const { row, faults, standing, defaults, dispatch } = props;
  const locked = standing === "sent" || standing === "sending";
  return (
    <tr tabIndex={-1} id={`row-${row.id}`} data-fix={standing === "fix" || undefined}>
      <th scope="row">
        {row.id}
        <span className="visually-hidden"> {row.cells.email}</span>
      </th>
      <td data-heading="Result">
        <ResultCell row={row} faults={faults} standing={standing} />
        {!locked && (
          <button
            type="button"
            onClick={() => {
              focusNeighbor(row.id);
              dispatch({ type: "remove", id: row.id });
            }}
          >
            Remove
            <span className="visually-hidden">
              {" "}
              row {row.id} {row.cells.email}
            </span>
          </button>
        )}
      </td>
      {(props.shown.split(" ") as ImportField[]).map((field) => (
        <td key={field} data-heading={fieldLabel(field)} className={field === "email" ? "pinned" : undefined}>
          {locked ? (
            row.cells[field] || valueIfEmpty(field, row.cells, defaults)
          ) : (
            <CellInput
              field={field}
              rowId={row.id}
              text={row.cells[field]}
              fault={faults[field]}
              ifEmpty={valueIfEmpty(field, row.cells, defaults)}
              onChange={(text) => dispatch({ type: "edit", id: row.id, field, text })}
            />
          )}
        </td>
      ))}
    </tr>
  );
}, isSame);

/** Rows are judged together on every change. Only those that look different render again. */
function isSame(before: Props, now: Props): boolean {
  return (
    before.row === now.row &&
    before.standing === now.standing &&
    before.shown === now.shown &&
    before.defaults === now.defaults &&
    (before.faults === now.faults || JSON.stringify(before.faults) === JSON.stringify(now.faults))
  );
}

/** The focus goes to the next row, or to the one before the last, when a row goes. */
function focusNeighbor(id: number): void {
  const row = document.getElementById(`row-${id}`);
  const neighbor = row?.nextElementSibling ?? row?.previousElementSibling;
  if (!(neighbor instanceof HTMLElement)) return;
  neighbor.focus();
  // The start of the row says which one it is.
  neighbor.scrollIntoView({ block: "nearest", inline: "start" });
}
