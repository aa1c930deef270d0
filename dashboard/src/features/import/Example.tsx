import { columnTargets, fieldLabel } from "../../rules/importFields";

/** A list as someone may paste it. */
export const EXAMPLE = `Email address, First name, Last name, Role, NPI, Reports
anna.hale@clinic.example, Anna, Hale, Radiologist, 1234567893, yes
ben.castillo@clinic.example, Ben, Castillo, Front desk, , no`;

const headings = new Intl.ListFormat("en-US").format(columnTargets.map(fieldLabel));

/** Shows what a list can look like, and what its headings can say. */
export function Example() {
  return (
    <section aria-labelledby="example">
      <h2 id="example">Example</h2>
      <pre>{EXAMPLE}</pre>
      <p>
        The headings can be: {headings}. Only the email address and the name are needed. You choose the rest for
        everyone on the next page.
      </p>
      <p>Put yes or no under Reports, Studies, Dashboard and Admin.</p>
    </section>
  );
}
