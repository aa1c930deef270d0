import { useMutation } from "@tanstack/react-query";
import { useLeave } from "../../session/Leave";
import type { Session } from "../../session/queries";
import { tellOtherTabs } from "../../session/tabs";
import { ProblemNote } from "../../ui/ProblemNote";
import { changeClinic } from "./queries";

/** The clinics of the person, and the way to another one. */
export function Clinics({ session: { clinic, clinics } }: { session: Session }) {
  const leave = useLeave();
  const change = useMutation({
    mutationFn: changeClinic,
    onSuccess: () => {
      tellOtherTabs("clinicChanged");
      leave("/");
    },
  });
  return (
    <section className="card panel" aria-labelledby="clinics">
      <h2 id="clinics">Clinics</h2>
      <p>Other tabs in this browser switch too.</p>
      {change.error && <ProblemNote error={change.error} />}
      <ul className="plain lines">
        {clinics.map(({ clinicId, name }) => (
          <li key={clinicId}>
            {name}
            {clinicId === clinic.clinicId ? (
              <span className="quiet">Current clinic</span>
            ) : (
              <button
                type="button"
                aria-disabled={change.isPending}
                onClick={() => !change.isPending && change.mutate(clinicId)}
              >
                Switch<span className="visually-hidden"> to {name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
