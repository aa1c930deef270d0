import { accessScopes, keyStatus, needsOwner, scopeWords } from "../../rules/keys";
import { Status } from "../../ui/Status";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import type { ApiKey } from "./queries";

type Actions = { isOwner: boolean; onRotate: (key: ApiKey) => void; onRevoke: (key: ApiKey) => void };

/** The clinic's keys, and what can be done with each. */
export function KeysTable(props: Actions & { keys: ApiKey[]; focusKey: string | null }) {
  const columns: [Column<ApiKey>, ...Column<ApiKey>[]] = [
    { heading: "Key", cell: (key) => <Name apiKey={key} /> },
    { heading: "Allows", cell: (key) => <Powers apiKey={key} /> },
    { heading: "Last used", cell: (key) => <Time at={key.lastUsedAt} never="Never used" /> },
    { heading: "Status", cell: (key) => <State apiKey={key} /> },
    { heading: "Actions", cell: (key) => <RowActions apiKey={key} {...props} /> },
  ];
  return (
    <Table
      caption="API keys"
      columns={columns}
      rows={props.keys}
      rowKey={(key) => key.apiKeyId}
      focusKey={props.focusKey}
    />
  );
}

function Name({ apiKey }: { apiKey: ApiKey }) {
  const creator = apiKey.createdBy === "operator" ? "the AutoScribe operator" : (apiKey.createdByName ?? "someone");
  return (
    <>
      <strong>{apiKey.description}</strong>
      <span className="quiet">
        Created by {creator}, <Time at={apiKey.createdAt} />
      </span>
    </>
  );
}

function Powers({ apiKey }: { apiKey: ApiKey }) {
  return (
    <>
      {scopeWords(apiKey.scopes)}
      {apiKey.accessScope === "self" && <span className="quiet">{accessScopes.self.label}</span>}
      {apiKey.scopes.includes("access:issue") && <span className="quiet">{embedWords(apiKey.embedOrigins)}</span>}
    </>
  );
}

function embedWords(origins: string[]): string {
  if (origins.length === 0) return "No site can embed its views";
  return `Can be embedded by ${new Intl.ListFormat("en-US").format(origins)}`;
}

function State({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.status === "revoked") return <Status word={keyStatus.revoked} />;
  const oldSecret = apiKey.secrets.find((secret) => secret.endsAt);
  return (
    <>
      <Status word={keyStatus[apiKey.status]} />
      <span className="quiet">
        {apiKey.expiresAt ? "Expires " : "Never expires"}
        <Time at={apiKey.expiresAt} never="" />
      </span>
      {apiKey.status === "active" && oldSecret && (
        <span className="quiet">
          Old secret works until <Time at={oldSecret.endsAt} />
        </span>
      )}
    </>
  );
}

function RowActions({ apiKey, isOwner, onRotate, onRevoke }: { apiKey: ApiKey } & Actions) {
  if (apiKey.status !== "active") return null;
  const name = <span className="visually-hidden"> {apiKey.description}</span>;
  const canRotate = isOwner || !needsOwner(apiKey.scopes);
  return (
    <div className="actions">
      {canRotate && (
        <button type="button" onClick={() => onRotate(apiKey)}>
          Rotate{name}
        </button>
      )}
      <button type="button" onClick={() => onRevoke(apiKey)}>
        Revoke{name}
      </button>
      {!canRotate && <span className="quiet">Only an owner can rotate it.</span>}
    </div>
  );
}
