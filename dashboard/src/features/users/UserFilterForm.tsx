import { SelectField } from "../../ui/Field";
import { SearchField } from "../../ui/SearchField";
import type { UserFilters } from "./filters";

const reports = [
  { value: "", text: "Anyone" },
  { value: "assignable", text: "Can be assigned studies" },
  { value: "reports", text: "Can create reports" },
] as const;

const levels = [
  { value: "", text: "Any level" },
  { value: "owner", text: "Owners" },
  { value: "admin", text: "Admins" },
  { value: "member", text: "Members" },
] as const;

const statuses = [
  { value: "", text: "Active and deactivated" },
  { value: "active", text: "Active" },
  { value: "deactivated", text: "Deactivated" },
  { value: "released", text: "Released" },
] as const;

/** Search and filters. Each change shows in the URL at once. */
export function UserFilterForm(props: { filters: UserFilters; onChange: (filters: UserFilters) => void }) {
  const { filters, onChange } = props;
  const set = (change: { [Name in keyof UserFilters]: UserFilters[Name] | undefined }) =>
    onChange(withoutEmpty({ ...filters, ...change }));
  return (
    <search className="filters">
      <SearchField
        label="Search by name or address"
        value={filters.q ?? ""}
        onChange={(q) => set({ q: q || undefined })}
      />
      <SelectField
        label="Reports"
        value={filters.assignable ? "assignable" : filters.reports ? "reports" : ""}
        options={[...reports]}
        onChange={(value) =>
          set({ assignable: value === "assignable" || undefined, reports: value === "reports" || undefined })
        }
      />
      <SelectField
        label="Level"
        value={filters.level ?? ""}
        options={[...levels]}
        onChange={(level) => set({ level: level || undefined })}
      />
      <SelectField
        label="Status"
        value={filters.status ?? ""}
        options={[...statuses]}
        onChange={(status) => set({ status: status || undefined })}
      />
    </search>
  );
}

function withoutEmpty(filters: Record<string, unknown>): UserFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}
