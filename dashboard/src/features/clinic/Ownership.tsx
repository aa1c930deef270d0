import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { fullName } from "../../rules/names";
import { Field } from "../../ui/Field";
import { Loading } from "../../ui/Loading";
import { ProblemNote } from "../../ui/ProblemNote";
import { SearchField } from "../../ui/SearchField";
import { SearchOn, useSearchOn } from "../../ui/SearchOn";
import { candidatesQuery, type User } from "./queries";
import { TransferDialog } from "./TransferDialog";

/** Who owns the clinic. An owner can hand it over. */
export function Ownership({ user, isOwner }: { user: User; isOwner: boolean }) {
  const [said, setSaid] = useState("");
  // The question stays when the person can no longer be chosen. It says why the transfer was refused.
  const [asked, setAsked] = useState<User | null>(null);
  const status = useRef<HTMLParagraphElement>(null);
  // What had the focus goes with the transfer.
  useEffect(() => {
    if (said) status.current?.focus();
  }, [said]);
  return (
    <section className="card panel" aria-labelledby="ownership">
      <h2 id="ownership">Ownership</h2>
      <p>
        An owner can do everything an admin can. Only an owner can change other owners and the clinic's name, and create
        API keys that manage admins or dictate.
      </p>
      {isOwner ? (
        <Transfer ownId={user.userId} onAsk={setAsked} />
      ) : (
        <p className="quiet">Only an owner can transfer ownership.</p>
      )}
      <p role="status" ref={status} tabIndex={-1}>
        {said}
      </p>
      {asked && (
        <TransferDialog
          next={asked}
          onDone={() => {
            setAsked(null);
            setSaid(`${fullName(asked)} is now an owner, and you are an admin.`);
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

function Transfer({ ownId, onAsk }: { ownId: string; onAsk: (next: User) => void }) {
  const [q, setQ] = useState("");
  const [chosenId, setChosenId] = useState("");
  const [missing, setMissing] = useState(false);
  const select = useRef<HTMLSelectElement>(null);
  const query = useInfiniteQuery(candidatesQuery(ownId, q));
  const candidates = query.data?.pages.flatMap((page) => page.candidates) ?? [];
  const search = useSearchOn(query, candidates.length > 0, q);
  if (query.isPending) return <Loading what="people" />;
  if (!query.data) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  const chosen = candidates.find((one) => one.userId === chosenId);
  const searchable = query.hasNextPage || q !== "";
  if (candidates.length === 0 && !searchable) {
    return (
      <p>
        There is no one to choose yet. The next owner needs dashboard access, and has to confirm the invitation first.
        Then transfer ownership here.
      </p>
    );
  }
  return (
    <>
      {searchable && <SearchField label="Find the person by name or address" value={q} onChange={setQ} />}
      {search && <SearchOn search={search} />}
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {candidates.length === 0 && !query.hasNextPage && !query.isPlaceholderData && (
        <p role="status">No one with dashboard access has this name or address.</p>
      )}
      <Field
        label="Next owner"
        hint="People who have confirmed and have dashboard access. You become an admin."
        wrong={missing && !chosen ? "Choose the next owner." : undefined}
      >
        {(control) => (
          <select
            {...control}
            ref={select}
            value={chosen ? chosenId : ""}
            onChange={(event) => setChosenId(event.target.value)}
          >
            <option value="">Choose a person</option>
            {candidates.map((one) => (
              <option key={one.userId} value={one.userId}>
                {fullName(one)} ({one.email})
              </option>
            ))}
          </select>
        )}
      </Field>
      <button
        type="button"
        onClick={() => {
          setMissing(!chosen);
          if (chosen) onAsk(chosen);
          else select.current?.focus();
        }}
      >
        Transfer ownership
      </button>
    </>
  );
}
