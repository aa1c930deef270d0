import { fieldLabel, type ImportField, isPermission } from "../../rules/importFields";
import { clinicRole, meantRole, yesOrNo } from "../../rules/importValues";

/** How many characters a cell shows, unless it is 11. The table is wide even so. */
const shownCharacters: Partial<Record<ImportField, number>> = { email: 24, clinicRole: 18, suffix1: 5, suffix2: 5 };

/** One cell that can be edited, with what is wrong with it below. */
export function CellInput(props: {
  field: ImportField;
  rowId: number;
  text: string;
  fault: string | undefined;
  /** What the cell stands for while it is empty. */
  ifEmpty: string;
  onChange: (text: string) => void;
}) {
  const { field, text, fault } = props;
  const faultId = `fault-${props.rowId}-${field}`;
  const control = {
    "aria-label": `${fieldLabel(field)}, row ${props.rowId}`,
    "aria-describedby": fault ? faultId : undefined,
    "aria-invalid": fault ? (true as const) : undefined,
  };
  return (
    <>
      {isPermission(field) ? (
        <select {...control} value={choiceOf(field, text)} onChange={(event) => props.onChange(event.target.value)}>
          <option value="">Default: {props.ifEmpty}</option>
          <option value="yes">Yes</option>
          <option value="no">No</option>
          {choiceOf(field, text) === text && !["", "yes", "no"].includes(text) && <option value={text}>{text}</option>}
        </select>
      ) : (
        <input
          {...control}
          type="text"
          autoComplete="off"
          size={shownCharacters[field] ?? 11}
          list={field === "clinicRole" ? "clinic-roles" : undefined}
          value={text}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
      {field === "clinicRole" && <RoleNote text={text} ifEmpty={props.ifEmpty} />}
      {fault && (
        <p className="wrong" id={faultId}>
          {fault}
        </p>
      )}
    </>
  );
}

/** The option of a word. A word that is neither yes nor no is an option of its own until someone chooses. */
function choiceOf(field: ImportField, text: string): string {
  if (!isPermission(field) || !text.trim()) return "";
  const meant = yesOrNo(text, field);
  return meant === null ? text : meant ? "yes" : "no";
}

/** The role that the person gets, where the cell does not name it. */
function RoleNote({ text, ifEmpty }: { text: string; ifEmpty: string }) {
  const meant = clinicRole(text) ? null : meantRole(text);
  if (meant) return <span className="quiet">Means {meant}</span>;
  return !text && ifEmpty ? <span className="quiet">Default: {ifEmpty}</span> : null;
}
