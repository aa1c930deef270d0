import { fieldLabel, importFields, isOptional } from "../../rules/importFields";
import { clinicRoles, type Defaults } from "../../rules/importValues";
import { PersonRow } from "./PersonRow";
import type { Judged } from "./rows";
import type { ImportEvent } from "./state";

/** Everyone who was read, one a row. Fields that no one has are left out. */
export function PeopleTable(props: { judged: Judged[]; defaults: Defaults; dispatch: (event: ImportEvent) => void }) {
  const { judged } = props;
  const shown = importFields.filter(
    (field) => !isOptional(field) || judged.some(({ row, faults }) => row.cells[field] || faults[field]),
  );
  if (judged.length === 0) return <p>No rows are left. Start over to paste others.</p>;
  return (
    // The table is wider than most windows. The keyboard can scroll it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable.
    <section className="scroll sheet" aria-label="People to invite" tabIndex={0}>
      <table className="rows">
        <caption className="visually-hidden">People to invite</caption>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Result</th>
            {shown.map((field) => (
              <th key={field} scope="col" className={field === "email" ? "pinned" : undefined}>
                {fieldLabel(field)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {judged.map((one) => (
            <PersonRow
              key={one.row.id}
              {...one}
              shown={shown.join(" ")}
              defaults={props.defaults}
              dispatch={props.dispatch}
            />
          ))}
        </tbody>
      </table>
      <datalist id="clinic-roles">
        {clinicRoles.map((role) => (
          <option key={role} value={role} />
        ))}
      </datalist>
    </section>
  );
}
