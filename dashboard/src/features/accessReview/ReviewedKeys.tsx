import { actorWords } from "../../rules/actors";
import { accessScopes, scopeWords } from "../../rules/keys";
import { type Column, Table } from "../../ui/Table";
import { Borders, Moment } from "./Moment";
import type { ReviewedKey, ReviewPage } from "./queries";
import { bordersInDay } from "./rows";

/** The API keys that worked on the day. */
export function ReviewedKeys({ keys, page }: { keys: ReviewedKey[]; page: ReviewPage }) {
  const { timeZone } = page;
  const columns: [Column<ReviewedKey>, ...Column<ReviewedKey>[]] = [
    { heading: "Key", cell: (key) => key.description },
    {
      heading: "Allowed",
      cell: (key) => (
        <>
          {scopeWords(key.scopes)}
          {key.accessScope === "self" && <span className="quiet">{accessScopes.self.label}</span>}
        </>
      ),
    },
    { heading: "Worked", cell: (key) => <Worked apiKey={key} page={page} /> },
    {
      heading: "Created by",
      cell: (key) => <By actor={key.createdBy} name={key.createdByName} at={key.createdAt} timeZone={timeZone} />,
    },
    {
      heading: "Rotated by",
      cell: ({ rotatedBy, rotatedByName, rotatedAt }) =>
        rotatedBy && rotatedAt ? (
          <By actor={rotatedBy} name={rotatedByName} at={rotatedAt} timeZone={timeZone} />
        ) : (
          "Not rotated"
        ),
    },
    {
      heading: "Last used",
      cell: ({ lastUsedAt }) => (lastUsedAt ? <Moment at={lastUsedAt} timeZone={timeZone} /> : "Never used"),
    },
  ];
  return (
    <section aria-labelledby="keys-of-day">
      <h2 id="keys-of-day">API keys</h2>
      {keys.length > 0 ? (
        <Table caption="API keys" columns={columns} rows={keys} rowKey={(key) => key.apiKeyId} />
      ) : (
        <p className="quiet">No API key worked on this day.</p>
      )}
    </section>
  );
}

function Worked({ apiKey, page }: { apiKey: ReviewedKey; page: ReviewPage }) {
  const { from, until } = bordersInDay(apiKey, page);
  if (!from && !until) return <>All day</>;
  return <Borders from={from} until={until} timeZone={page.timeZone} />;
}

function By(props: { actor: string; name: string | null | undefined; at: string; timeZone: string }) {
  return (
    <>
      {actorWords(props.actor, props.name)}
      <span className="quiet">
        <Moment at={props.at} timeZone={props.timeZone} />
      </span>
    </>
  );
}
