import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ManagersOnly } from "../../session/ManagersOnly";
import { Empty } from "../../ui/Empty";
import { TextField } from "../../ui/Field";
import { Page } from "../../ui/Page";
import { Pages } from "../../ui/Pages";
import { ProblemNote } from "../../ui/ProblemNote";
import { PeopleTable } from "./PeopleTable";
import { reviewQuery } from "./queries";
import { ReviewedKeys } from "./ReviewedKeys";
import { rowsOf } from "./rows";
import { useDownload } from "./useDownload";

/** Who could do what on a day, and who granted it. */
export function AccessReviewPage() {
  return (
    <ManagersOnly title="Access review">
      <AccessReview />
    </ManagersOnly>
  );
}

function AccessReview() {
  const filters = useSearch({ from: "/access-review" });
  const navigate = useNavigate({ from: "/access-review" });
  const query = useInfiniteQuery(reviewQuery(filters));
  const made = useDownload(filters);
  const first = query.data?.pages[0];
  return (
    <Page
      title="Access review"
      actions={
        <button type="button" onClick={made.running ? made.cancel : made.start}>
          {made.running ? "Cancel the download" : "Download CSV"}
        </button>
      }
    >
      <search className="filters">
        <TextField
          label="Day"
          type="date"
          value={filters.at ?? first?.at ?? ""}
          hint={first && `In the clinic's time zone, ${first.timeZone}`}
          onChange={(at) => void navigate({ search: at ? { at } : {}, replace: true })}
        />
      </search>
      <p role="status" className="quiet">
        {made.running && "Reading the review…"}
        {made.saved && "Saved the review."}
      </p>
      {made.error ? <ProblemNote error={made.error} onRetry={made.goOn} /> : null}
      <Pages
        what="the access review"
        query={query}
        filters={filters}
        rowsOf={rowsOf}
        rowKey={(row) => row.key}
        empty={<Empty title="No one had access on this day" />}
      >
        {(rows, focusKey) => (
          <PeopleTable
            rows={rows}
            timeZone={first?.timeZone ?? "UTC"}
            focusKey={focusKey}
            more={query.hasNextPage}
            stale={query.isPlaceholderData}
          />
        )}
      </Pages>
      {first?.apiKeys && <ReviewedKeys keys={first.apiKeys} page={first} />}
    </Page>
  );
}
