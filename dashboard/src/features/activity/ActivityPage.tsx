import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { auditActions } from "../../rules/audit";
import { ManagersOnly } from "../../session/ManagersOnly";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Pages } from "../../ui/Pages";
import { ActivityFilterForm } from "./ActivityFilterForm";
import { ActivityTable } from "./ActivityTable";
import { ExportStatus } from "./ExportStatus";
import type { ActivityFilters } from "./filters";
import { activityQuery } from "./queries";
import { useExport } from "./useExport";

/** Who did what in the clinic, and when. */
export function ActivityPage() {
  return (
    <ManagersOnly title="Activity">
      <Activities />
    </ManagersOnly>
  );
}

function Activities() {
  const { action, ...others } = useSearch({ from: "/activity" });
  const filters: ActivityFilters = { ...others, ...(action && action in auditActions && { action }) };
  const navigate = useNavigate({ from: "/activity" });
  const query = useInfiniteQuery(activityQuery(filters));
  const made = useExport(filters);
  return (
    <Page
      title="Activity"
      actions={
        <button type="button" onClick={made.running ? made.cancel : made.start}>
          {made.running ? "Cancel the export" : "Export as CSV"}
        </button>
      }
    >
      <ActivityFilterForm filters={filters} onChange={(search) => void navigate({ search, replace: true })} />
      <ExportStatus made={made} />
      <Pages
        what="activity"
        query={query}
        filters={filters}
        rowsOf={(page) => page.rows}
        rowKey={(row) => row.event.eventId}
        empty={
          <Empty title="Nothing matches these filters">
            <button type="button" onClick={() => void navigate({ search: {} })}>
              Clear the filters
            </button>
          </Empty>
        }
      >
        {(rows, focusKey) => <ActivityTable rows={rows} focusKey={focusKey} stale={query.isPlaceholderData} />}
      </Pages>
    </Page>
  );
}
