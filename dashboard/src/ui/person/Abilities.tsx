import { grants, type PersonDraft } from "../../rules/personDraft";
import { abilities, workplace } from "../../rules/sentences";

/** What the person can do with these permissions, in the words of the email. Its last sentence speaks to the person. */
export function Abilities({ draft, title }: { draft: PersonDraft; title: string }) {
  const person = grants(draft);
  const place = workplace(person);
  return (
    <div className="note">
      <p>{title}</p>
      <ul>
        {abilities(person).map((phrase) => (
          <li key={phrase}>{phrase}</li>
        ))}
      </ul>
      {place && <p>“{place}”</p>}
    </div>
  );
}
