import { eventLabel } from "../../rules/eventTypes";
import { answerWords, type Delivery, deliveryWord } from "../../rules/webhooks";
import { Status } from "../../ui/Status";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

/** The deliveries to a webhook, the newest event first. */
export function DeliveriesTable(props: {
  deliveries: Delivery[];
  focusKey: string | null;
  stale: boolean;
  /** Sends one again. Null while nothing can be sent. */
  onAgain: ((delivery: Delivery) => void) | null;
}) {
  const { onAgain } = props;
  const columns: [Column<Delivery>, ...Column<Delivery>[]] = [
    {
      heading: "Event",
      cell: ({ type, eventId }) => (
        <>
          <strong>{eventLabel(type)}</strong>
          <span className="quiet">
            <code>{eventId}</code>
          </span>
        </>
      ),
    },
    { heading: "Happened", cell: ({ eventAt }) => <Time at={eventAt} /> },
    { heading: "Status", cell: (delivery) => <State delivery={delivery} /> },
    {
      heading: "Answer",
      cell: (delivery) => (
        <>
          {answerWords(delivery) ?? "None yet"}
          {delivery.lastAttemptAt && (
            <span className="quiet">
              <Time at={delivery.lastAttemptAt} />
            </span>
          )}
        </>
      ),
    },
    { heading: "Attempts", cell: ({ attempts }) => attempts },
    ...(onAgain ? [{ heading: "Actions", cell: (one: Delivery) => <Again delivery={one} onAgain={onAgain} /> }] : []),
  ];
  return (
    <div aria-busy={props.stale}>
      <Table
        caption="Deliveries, newest event first"
        columns={columns}
        rows={props.deliveries}
        rowKey={(delivery) => delivery.deliveryId}
        focusKey={props.focusKey}
      />
    </div>
  );
}

function State({ delivery }: { delivery: Delivery }) {
  return (
    <>
      <Status word={deliveryWord(delivery)} />
      {delivery.nextAttemptAt && (
        <span className="quiet">
          Next try <Time at={delivery.nextAttemptAt} />
        </span>
      )}
    </>
  );
}

/** A challenge has a button of its own, and is only good once. */
function Again({ delivery, onAgain }: { delivery: Delivery; onAgain: (delivery: Delivery) => void }) {
  if (delivery.type === "webhook.challenge") return null;
  return (
    <button type="button" onClick={() => onAgain(delivery)}>
      {delivery.status === "pending" ? "Try now" : "Send again"}
      <span className="visually-hidden">
        {" "}
        {eventLabel(delivery.type)}, <Time at={delivery.eventAt} />
      </span>
    </button>
  );
}
