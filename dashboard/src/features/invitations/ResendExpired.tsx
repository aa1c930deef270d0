import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Dialog } from "../../ui/Dialog";
import { Loading } from "../../ui/Loading";
import { ProblemNote } from "../../ui/ProblemNote";
import { countWords } from "./InvitationChips";
import type { Count } from "./queries";
import { ResendRun } from "./ResendRun";
import { loadExpired } from "./resendAll";

/** Resends every expired invitation, after saying whose they are. */
export function ResendExpired({ count }: { count: Count | undefined }) {
  const [open, setOpen] = useState(false);
  const [sent, setSent] = useState(false);
  // The button goes with the last expired invitation.
  useEffect(() => {
    if (sent && !open) document.querySelector<HTMLElement>("h1")?.focus();
  }, [sent, open]);
  return (
    <>
      <p>
        <button type="button" onClick={() => setOpen(true)}>
          Resend {count ? countWords(count) : "all"} expired
        </button>
      </p>
      {open && <ResendDialog onStart={() => setSent(true)} onClose={() => setOpen(false)} />}
    </>
  );
}

function ResendDialog({ onStart, onClose }: { onStart: () => void; onClose: () => void }) {
  const queries = useQueryClient();
  // Read once: what the person agrees to is what is sent.
  const query = useQuery({
    queryKey: ["expired to resend"],
    queryFn: ({ signal }) => loadExpired(signal),
    staleTime: "static",
    gcTime: 0,
  });
  const close = () => {
    onClose();
    void queries.invalidateQueries({ queryKey: ["invitations"] });
  };
  return (
    <Dialog title="Resend expired invitations" onClose={close}>
      {query.isPending && <Loading what="the expired invitations" />}
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data ? (
        <ResendRun invitations={query.data} onStart={onStart} onClose={close} />
      ) : (
        <div className="actions">
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      )}
    </Dialog>
  );
}
