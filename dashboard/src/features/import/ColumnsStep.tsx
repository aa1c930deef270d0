import { useRef, useState } from "react";
import { type ColumnTarget, columnTargets, fieldLabel } from "../../rules/importFields";
import { type Column, columnsFault, columnsOf, type Grid } from "../../rules/table";
import { Checkbox, SelectField } from "../../ui/Field";
import { StepTitle } from "./StepTitle";

export type Targets = Map<number, ColumnTarget | null>;

const options = [
  { value: "" as const, text: "Leave out" },
  ...columnTargets.map((target) => ({ value: target, text: fieldLabel(target) })),
];

/** Asks what each column has, where its heading does not say so. */
export function ColumnsStep(props: {
  grid: Grid;
  onGrid: (grid: Grid) => void;
  onBack: () => void;
  onDone: (targets: Targets) => void;
}) {
  const { grid } = props;
  const columns = columnsOf(grid);
  const [targets, setTargets] = useState(() => targetsOf(columns));
  const [fault, setFault] = useState<string | null>(null);
  const problem = useRef<HTMLParagraphElement>(null);
  return (
    <form
      className="narrow"
      onSubmit={(event) => {
        event.preventDefault();
        const found = columnsFault(targets.values());
        setFault(found);
        if (!found) props.onDone(targets);
        else problem.current?.focus();
      }}
    >
      <StepTitle>What does each column have?</StepTitle>
      <p className={fault ? "problem" : ""} ref={problem} tabIndex={-1}>
        {fault}
      </p>
      <Checkbox
        label="The first row has headings"
        explanation={(grid.cells[0] ?? []).filter(Boolean).join(", ")}
        checked={grid.headings}
        onChange={(headings) => {
          props.onGrid({ ...grid, headings });
          setTargets(targetsOf(columnsOf({ ...grid, headings })));
        }}
      />
      {[...columns].map(([index, { heading, sample }]) => (
        <SelectField
          key={index}
          label={heading}
          hint={`Such as ${sample}`}
          value={targets.get(index) ?? ""}
          options={options}
          onChange={(target) => setTargets(new Map(targets).set(index, target || null))}
        />
      ))}
      <div className="actions">
        <button type="submit" className="first">
          Continue
        </button>
        <button type="button" onClick={props.onBack}>
          Back
        </button>
      </div>
    </form>
  );
}

export function targetsOf(columns: ReadonlyMap<number, Column>): Targets {
  return new Map([...columns].map(([index, { target }]) => [index, target]));
}
