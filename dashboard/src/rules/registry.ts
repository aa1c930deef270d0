import type { Schemas } from "../api/client";

/** What the NPI registry calls a person. */
export type RegistryName = Schemas["RegistryNameView"];

/** "Anna Hale, MD, Diagnostic Radiology". The registry writes in capitals. */
export function registryWords(name: RegistryName): string {
  const { firstName, lastName } = registryNames(name);
  const person = [firstName, lastName].filter(Boolean).join(" ");
  return [person, name.credential, specialty(name.taxonomy)].filter(Boolean).join(", ");
}

/** The registry's names as people write them. A name that is not all capitals stays as it is. */
export function registryNames(name: RegistryName): { firstName: string; lastName: string } {
  return { firstName: written(name.firstName ?? ""), lastName: written(name.lastName ?? "") };
}

function written(name: string): string {
  if (name !== name.toUpperCase()) return name;
  return name.toLowerCase().replace(/(^|[^\p{L}\p{M}])\p{L}/gu, (start) => start.toUpperCase());
}

/** "Radiology, Diagnostic Radiology" says the first word twice. */
function specialty(taxonomy: string | null | undefined): string {
  const [first = "", second] = (taxonomy ?? "").split(", ");
  return second?.includes(first) ? second : (taxonomy ?? "");
}
