import { auditActions } from "../../rules/audit";
import { SelectField, TextField } from "../../ui/Field";
import type { ActivityFilters } from "./filters";
import { PersonFilter } from "./PersonFilter";

const sides = [
  { value: "", text: "What was done to them" },
  { value: "by", text: "What they did" },
] as const;

const actions = [
  { value: "", text: "All actions" },
  // A clinic has no records of the service's own keys.
  ...Object.entries(auditActions)
    .filter(([value]) => value !== "keys.changed")
    .map(([value, { words }]) => ({ value, text: words })),
];

/** Person, action and days. Each change shows in the URL at once. */
export function ActivityFilterForm(props: { filters: ActivityFilters; onChange: (filters: ActivityFilters) => void }) {
  const { filters, onChange } = props;
  const set = (change: { [Name in keyof ActivityFilters]: ActivityFilters[Name] | undefined }) =>
    onChange(withoutEmpty({ ...filters, ...change }));
  return (
    <search className="filters">
      <PersonFilter who={filters.who} onChange={(who) => set({ who, ...(!who && { side: undefined }) })} />
      {filters.who && (
        <SelectField
          label="Show"
          value={filters.side ?? ""}
          options={[...sides]}
          onChange={(side) => set({ side: side || undefined })}
        />
      )}
      <SelectField
        label="What happened"
        value={filters.action ?? ""}
        options={actions}
        onChange={(action) => set({ action: action || undefined })}
      />
      <TextField
        label="From date"
        type="date"
        value={filters.from ?? ""}
        onChange={(from) => set({ from: from || undefined })}
      />
      <TextField label="To date" type="date" value={filters.to ?? ""} onChange={(to) => set({ to: to || undefined })} />
    </search>
  );
}

function withoutEmpty(filters: Record<string, unknown>): ActivityFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}
