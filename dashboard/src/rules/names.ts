type Named = {
  firstName: string;
  lastName: string;
  middleName?: string | null;
  suffix1?: string | null;
  suffix2?: string | null;
};

/** A person's whole name. */
export function fullName(person: Named): string {
  const parts = [person.firstName, person.middleName, person.lastName, person.suffix1, person.suffix2];
  return parts.filter(Boolean).join(" ");
}
