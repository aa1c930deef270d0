import { Link } from "@tanstack/react-router";
import { studyName, viewEnd, viewModes } from "../../rules/views";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import type { View } from "./queries";

/** The open views, and the way to end each. */
export function ViewsTable(props: {
  views: View[];
  focusKey: string | null;
  more: boolean;
  onEnd: (view: View) => void;
}) {
  const count = props.views.length;
  const columns: [Column<View>, ...Column<View>[]] = [
    { heading: "Reader", cell: (view) => <Reader view={view} /> },
    { heading: "Study", cell: (view) => <code>{studyName(view)}</code> },
    { heading: "Allows", cell: (view) => viewModes[view.mode] },
    { heading: "Opened", cell: (view) => <Time at={view.openedAt} never="Link not opened yet" /> },
    { heading: "Ends", cell: (view) => <Time at={viewEnd(view)} /> },
    {
      heading: "Action",
      cell: (view) => (
        <button type="button" onClick={() => props.onEnd(view)}>
          End
          <span className="visually-hidden">
            {" "}
            {view.userId ? `the view of ${readerName(view)}, study` : "the view of study"} {studyName(view)}
          </span>
        </button>
      ),
    },
  ];
  return (
    <>
      <p className="quiet" role="status">
        {props.more ? `The newest ${count} views` : count === 1 ? "1 open view" : `${count} open views`}
      </p>
      <Table
        caption="Open views"
        columns={columns}
        rows={props.views}
        rowKey={(view) => view.accessId}
        focusKey={props.focusKey}
      />
    </>
  );
}

export function readerName(view: View): string {
  return view.reader ?? "someone at the clinic";
}

function Reader({ view }: { view: View }) {
  if (!view.userId) return <>No specific person</>;
  return (
    <Link to="/users/$userId" params={{ userId: view.userId }}>
      {view.reader ?? "Person"}
    </Link>
  );
}
