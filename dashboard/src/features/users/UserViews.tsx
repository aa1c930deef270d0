import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { fullName } from "../../rules/names";
import { studyName, viewEnd, viewModes } from "../../rules/views";
import { Confirm } from "../../ui/Confirm";
import { Outcome } from "../../ui/Outcome";
import { Pages } from "../../ui/Pages";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import type { User } from "./queries";
import { endViews, userViewsQuery } from "./userQueries";

type View = Schemas["AccessView"];

const columns: [Column<View>, ...Column<View>[]] = [
  { heading: "Study", cell: (view) => <code>{studyName(view)}</code> },
  { heading: "Allows", cell: (view) => viewModes[view.mode] },
  { heading: "Opened", cell: (view) => <Time at={view.openedAt} never="Link not opened yet" /> },
  { heading: "Ends", cell: (view) => <Time at={viewEnd(view)} /> },
];

/** What the person has open now. */
export function UserViews({ user }: { user: User }) {
  const query = useInfiniteQuery(userViewsQuery(user.userId));
  const [asking, setAsking] = useState(false);
  const end = useMutation({ mutationFn: () => endViews(user.userId), onSuccess: () => setAsking(false) });
  const name = fullName(user);
  return (
    <section className="card panel" aria-labelledby="views">
      <h2 id="views">Open views</h2>
      {end.isSuccess && <Outcome>Every view of {name} has ended.</Outcome>}
      <Pages
        what="open views"
        query={query}
        rowsOf={(page) => page.access}
        rowKey={(view) => view.accessId}
        empty={<p className="quiet">No view is open.</p>}
      >
        {(views, focusKey) => (
          <>
            <Table
              caption={`Open views of ${name}`}
              columns={columns}
              rows={views}
              rowKey={(view) => view.accessId}
              focusKey={focusKey}
            />
            <p className="actions">
              <button
                type="button"
                onClick={() => {
                  end.reset();
                  setAsking(true);
                }}
              >
                End all<span className="visually-hidden"> views of {name}</span>
              </button>
            </p>
          </>
        )}
      </Pages>
      {asking && (
        <Confirm
          title={`End every view of ${name}?`}
          action="End all views"
          busy={end.isPending}
          error={end.error}
          onConfirm={() => end.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            Links stop working at once, and open views close within 5 minutes. What was dictated but not saved is lost.
            The PACS can open new views unless you deactivate the person.
          </p>
        </Confirm>
      )}
    </section>
  );
}
