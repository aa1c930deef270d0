import { useEffect, useRef, useState } from "react";
import { type ColumnTarget, columnTargets, fieldLabel } from "../../rules/importFields";
import { type Column, columnsFault, columnsOf, type Grid } from "../../rules/table";
import { Checkbox, SelectField } from "../../ui/Field";
import { StepTitle } from "./StepTitle";

export type Targets = Map<number, ColumnTarget | null>;

const options = [
  { value: "" as const, text: "Skip" },
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
  const [refused, setRefused] = useState({ fault: "", times: 0 });
  return (
    <form
      className="narrow"
      onSubmit={(event) => {
        event.preventDefault();
        const fault = columnsFault(targets.values());
        if (fault) setRefused({ fault, times: refused.times + 1 });
        else props.onDone(targets);
      }}
    >
      <StepTitle>What is in each column?</StepTitle>
      {refused.fault && <Fault key={refused.times} text={refused.fault} />}
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

/** Why the columns can't be used. Gets the focus after each attempt. */
function Fault({ text }: { text: string }) {
  const box = useRef<HTMLParagraphElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <p className="problem" ref={box} tabIndex={-1}>
      {text}
    </p>
  );
}

export function targetsOf(columns: ReadonlyMap<number, Column>): Targets {
  return new Map([...columns].map(([index, { target }]) => [index, target]));
}
