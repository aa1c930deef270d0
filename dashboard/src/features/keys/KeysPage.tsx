import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useHold } from "../../session/Leave";
import { ManagersOnly } from "../../session/ManagersOnly";
import { useSession } from "../../session/queries";
import { OpenFormButton } from "../../ui/credentials/OpenFormButton";
import { SecretDialog } from "../../ui/credentials/SecretDialog";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Pages } from "../../ui/Pages";
import { KeyForm } from "./KeyForm";
import { KeysTable } from "./KeysTable";
import { type ApiKey, keysQuery, type NewApiKey } from "./queries";
import { RevokeDialog } from "./RevokeDialog";
import { RotateKeyDialog } from "./RotateKeyDialog";

/** The keys by which a PACS or a script calls the API. */
export function KeysPage() {
  return (
    <ManagersOnly title="API keys">
      <Keys />
    </ManagersOnly>
  );
}

/** What stands over or before the list. */
type Open = { what: "create" } | { what: "rotate" | "revoke"; key: ApiKey } | null;

function Keys() {
  const query = useInfiniteQuery(keysQuery);
  const isOwner = useSession().user.level === "owner";
  const [open, setOpen] = useState<Open>(null);
  const [row, setRow] = useState<string | null>(null);
  // The row gets the focus once. Later, the list moves it by itself.
  useEffect(() => {
    if (row) setRow(null);
  }, [row]);
  const hold = useHold();
  const close = () => setOpen(null);
  const closeTo = (key: ApiKey) => {
    close();
    setRow(key.apiKeyId);
  };
  const showSecret = (created: NewApiKey) => {
    close();
    const onClose = () => {
      hold(null);
      closeTo(created);
    };
    // A sign-out in another tab must not take away the only view of the secret.
    hold(
      <SecretDialog
        owner={created.description}
        secret={created.apiKey}
        where="Store it where your other secrets are, such as the settings of the PACS."
        lost="If you lose it, rotate the key."
        onClose={onClose}
      />,
    );
  };
  return (
    <Page
      title="API keys"
      actions={
        <OpenFormButton
          label="Create API key"
          first
          hidden={open?.what === "create"}
          onClick={() => setOpen({ what: "create" })}
        />
      }
    >
      <p>A PACS or a script calls AutoScribe with a key. Give each its own, with only the permissions it needs.</p>
      {open?.what === "create" && <KeyForm isOwner={isOwner} onCreated={showSecret} onCancel={close} />}
      <Pages
        what="API keys"
        query={query}
        rowsOf={(page) => page.apiKeys}
        rowKey={(key) => key.apiKeyId}
        empty={
          <Empty title="No PACS is connected yet">
            <p>Create an API key to connect one.</p>
          </Empty>
        }
      >
        {(keys, focusKey) => (
          <KeysTable
            keys={keys}
            focusKey={row ?? focusKey}
            isOwner={isOwner}
            onRotate={(key) => setOpen({ what: "rotate", key })}
            onRevoke={(key) => setOpen({ what: "revoke", key })}
          />
        )}
      </Pages>
      {open?.what === "rotate" && <RotateKeyDialog apiKey={open.key} onRotated={showSecret} onClose={close} />}
      {open?.what === "revoke" && (
        <RevokeDialog apiKey={open.key} onRevoked={() => closeTo(open.key)} onClose={close} />
      )}
    </Page>
  );
}
