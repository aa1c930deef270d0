import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { studyName } from "../../rules/views";
import { manages, useSession } from "../../session/queries";
import { useRefresh } from "../../session/refresh";
import { Confirm } from "../../ui/Confirm";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Pages } from "../../ui/Pages";
import { endView, type View, viewsQuery } from "./queries";
import { readerName, ViewsTable } from "./ViewsTable";

// Views come and go without anyone at the dashboard.
const AGAIN_MS = 10_000;

/** The temporary access that is open now: links that can be opened, and views that are open. */
export function ViewsPage() {
  const session = useSession();
  const query = useInfiniteQuery(viewsQuery);
  useRefresh(viewsQuery.queryKey, query, AGAIN_MS);
  const [ending, setEnding] = useState<View | null>(null);
  const end = useMutation({ mutationFn: endView, onSuccess: () => setEnding(null) });
  return (
    <Page title="Open views">
      <p>
        Your PACS opens these views. {!manages(session) && "You see those that were opened for you or by you. "}
        This list updates automatically.
      </p>
      <Pages
        what="open views"
        query={query}
        rowsOf={(page) => page.views}
        rowKey={(view) => view.accessId}
        empty={
          <Empty title="No view is open">
            <p>A view appears here as soon as your PACS makes a link to it.</p>
          </Empty>
        }
      >
        {(views, focusKey) => (
          <ViewsTable
            views={views}
            focusKey={focusKey}
            more={query.hasNextPage}
            onEnd={(view) => {
              end.reset();
              setEnding(view);
            }}
          />
        )}
      </Pages>
      {ending && (
        <Confirm
          title={ending.userId ? `End the view of ${readerName(ending)}?` : "End this view?"}
          action="End the view"
          busy={end.isPending}
          error={end.error}
          onConfirm={() => end.mutate(ending.accessId)}
          onClose={() => setEnding(null)}
        >
          <p>
            Study {studyName(ending)}. The link stops working at once, and an open view closes within 5 minutes. What
            was dictated but not saved is lost.
          </p>
        </Confirm>
      )}
    </Page>
  );
}
