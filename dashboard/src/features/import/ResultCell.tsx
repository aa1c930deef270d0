import { Link } from "@tanstack/react-router";
import { Problem } from "../../api/problem";
import { Status } from "../../ui/Status";
import { faultSentences, refusalWords, standingWords } from "./results";
import type { Judged } from "./rows";

/** Where a row stands, why, and the way to what it made or met. */
export function ResultCell({ row, faults, standing }: Judged) {
  const { outcome } = row;
  const refusal = outcome instanceof Problem ? refusalWords(outcome) : null;
  return (
    <>
      <Status word={standingWords[standing]} />
      {refusal && <span className="quiet">{refusal}</span>}
      {faultSentences(faults).map((sentence) => (
        <span key={sentence} className="quiet">
          {sentence}
        </span>
      ))}
      <Way {...row} />
    </>
  );
}

/** Opens beside this page, which would lose what was corrected. */
function Way({ outcome, cells }: Judged["row"]) {
  const met = outcome instanceof Problem ? outcome.body : outcome;
  const about = <span className="visually-hidden"> of {cells.email} in a new tab</span>;
  if (typeof met?.invitationId === "string") {
    return (
      <Link to="/users/invitations/$invitationId" params={{ invitationId: met.invitationId }} target="_blank">
        Invitation{about}
      </Link>
    );
  }
  if (met && "userId" in met && typeof met.userId === "string") {
    return (
      <Link to="/users/$userId" params={{ userId: met.userId }} target="_blank">
        Person{about}
      </Link>
    );
  }
  return null;
}
