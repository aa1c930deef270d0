import { isOnePerson } from "./personName";

/** An address of a list, with the name that stands right before it. */
export type ListEntry = { email: string; name: string };

const ADDRESS = /<([^<>\s]*@[^<>\s]*)>|[^\s<>()[\],;:"']+@[^\s<>()[\],;:"']+/g;

/**
 * Reads a list of addresses by line, comma, semicolon or space, with or without names, as Outlook and Gmail copy
 * it: `Hale, Anna <a@b.example>; Olu Adeyemi <o@b.example>`. Text without an address becomes an entry of its own,
 * so that nothing goes missing and no name is given to another address.
 */
export function readAddressList(text: string): ListEntry[] {
  return segments(withoutLinks(text)).flatMap(entries);
}

/** Whether a text is such a list rather than a table: an address in angle brackets, or several on a line. */
export function isAddressList(text: string): boolean {
  const lines = withoutLinks(text).split(/[\r\n]+/);
  return lines.some((line) => /<[^<>\s]*@[^<>\s]*>/.test(line) || [...line.matchAll(ADDRESS)].length > 1);
}

/** Email programs copy an address with its link: `a@b.example<mailto:a@b.example>`. */
function withoutLinks(text: string): string {
  return text.replace(/(@[^\s<>]+)\s?<mailto:[^>]*>/gi, "$1").replace(/mailto:/gi, "");
}

/** The parts between semicolons and line breaks. Quotes protect both, unless one is missing. */
function segments(text: string): string[] {
  const balanced = text.split('"').length % 2 === 1;
  const parts = balanced ? text.match(/(?:"[^"]*"|[^";\r\n])+/g) : text.match(/[^;\r\n]+/g);
  return parts ?? [];
}

function entries(segment: string): ListEntry[] {
  const found: ListEntry[] = [];
  const matches = [...segment.matchAll(ADDRESS)];
  let end = 0;
  for (const match of matches) {
    const email = match[1] ?? match[0];
    const before = cleaned(segment.slice(end, match.index));
    end = match.index + match[0].length;
    const previous = found.at(-1);
    // Outlook writes an address without a name as both: 'a@b.example' <a@b.example>.
    if (match[1] && !before && previous?.email.toLowerCase() === email.toLowerCase()) continue;
    found.push({ email, name: ownName(before, matches.length > 1) });
  }
  const rest = cleaned(segment.slice(end));
  return rest ? [...found, { email: rest, name: "" }] : found;
}

/** A comma outside quotes may end another person's entry. Between addresses, it usually does. */
function ownName(name: string, amongOthers: boolean): string {
  if (name.startsWith('"') || !name.includes(",")) return name;
  return !amongOthers && isOnePerson(name) ? name : "";
}

function cleaned(text: string): string {
  return text.replace(/^(?:to|cc|bcc):/i, "").replace(/^[\s,:'<>()[\]]+|[\s,:'<>([]+$/g, "");
}
