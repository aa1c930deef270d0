import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Confirm } from "../../ui/Confirm";
import { type ApiKey, revokeKey } from "./queries";

/** Asks before a key ends, and names what ends with it. */
export function RevokeDialog(props: { apiKey: ApiKey; onRevoked: () => void; onClose: () => void }) {
  const { apiKey } = props;
  const revoke = useMutation({
    mutationFn: () => revokeKey(apiKey),
    onSettled: (_, error) => !error && props.onRevoked(),
  });
  const grants = apiKey.scopes.includes("users:write");
  const opens = apiKey.scopes.includes("access:issue");
  return (
    <Confirm
      title={`Revoke ${apiKey.description}?`}
      action="Revoke key"
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={props.onClose}
    >
      <p>This cannot be undone. From the next request on:</p>
      <ul>
        <li>Requests with this key are refused.</li>
        {opens && <li>Links that it issued no longer open, and views that it opened end within 5 minutes.</li>}
        {grants && (
          <li>
            Open invitations that it sent or changed last can no longer be confirmed, until an owner or admin resends
            them under <Link to="/users/invitations">Invitations</Link>.
          </li>
        )}
      </ul>
    </Confirm>
  );
}
