import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../api/problem";
import { fullName } from "../../rules/names";
import { Confirm } from "../../ui/Confirm";
import { transferOwnership, type User } from "./queries";

type Key = { apiKeyId: string; description: string };

/** Asks before the ownership goes to another person. */
export function TransferDialog(props: { next: User; onDone: () => void; onClose: () => void }) {
  // The caller's keys that only an owner may have. No one can decide to keep their own.
  const [ending, setEnding] = useState<Key[]>([]);
  const transfer = useMutation({
    mutationFn: () => transferOwnership(props.next.userId, ending.length > 0),
    onSuccess: props.onDone,
    onError: (error) => {
      if (isUndecided(error)) setEnding((error.body as { keys?: Key[] }).keys ?? []);
    },
  });
  const name = fullName(props.next);
  return (
    <Confirm
      title={`Make ${name} an owner?`}
      action={ending.length > 0 ? "Revoke the keys and transfer" : "Transfer ownership"}
      busy={transfer.isPending}
      error={isUndecided(transfer.error) ? null : transfer.error}
      onConfirm={() => transfer.mutate()}
      onClose={props.onClose}
    >
      <p>
        {name} ({props.next.email}) becomes an owner, and you become an admin. Only an owner can make you an owner
        again. Both of you get an email.
      </p>
      {ending.length > 0 && (
        <div className="note" role="alert">
          <p>You made API keys that only an owner may have. The transfer revokes them:</p>
          <ul>
            {ending.map((key) => (
              <li key={key.apiKeyId}>{key.description}</li>
            ))}
          </ul>
          <p>Ask {name} to create new ones right after.</p>
        </div>
      )}
    </Confirm>
  );
}

function isUndecided(error: unknown): error is Problem {
  return error instanceof Problem && error.code === "keys_to_decide";
}
