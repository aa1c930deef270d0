/** The parts of a name, as the API takes them. */
export type NameParts = {
  firstName: string;
  middleName: string;
  lastName: string;
  suffix1: string;
  suffix2: string;
};

const SUFFIX =
  /^(jr|sr|ii|iii|iv|md|do|mbbs|mbchb|mb|phd|dds|dmd|dpm|pharmd|rn|np|pa|pa-?c|crna|rt|msc?|ba|bsc?|mba|mph|facr|frcr|frcpc|facc)$/i;
const TITLE = /^(dr|prof|mr|mrs|ms|miss)\.?\s+/i;
const PARTICLE = /^(van|von|vom|zu|der|den|de|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten)$/i;

const none: NameParts = { firstName: "", middleName: "", lastName: "", suffix1: "", suffix2: "" };

/**
 * Splits a whole name: "Anna Hale", "Hale, Anna", "Hale, Anna M., MD". Returns empty parts for a name of more
 * parts than that, so that the person who imports fills it in.
 */
export function splitName(text: string): NameParts {
  const plain = text
    .replace(/\s*[([][^)\]]*[)\]]/g, " ")
    .replace(/^[\s"']+|[\s"']+$/g, "")
    .replace(/\s+/g, " ");
  const parts = plain
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  const suffixes: string[] = [];
  while (parts.length > 1 && isSuffix(parts.at(-1) ?? "")) suffixes.unshift(parts.pop() ?? "");
  const [one = "", two] = parts;
  if (parts.length > 2) return none;
  const words = (two ?? one).replace(TITLE, "").split(" ");
  while (words.length > 1 && isSuffix(words.at(-1) ?? "")) suffixes.unshift(words.pop() ?? "");
  const last = two === undefined ? takeLastName(words) : one;
  const [suffix1 = "", ...others] = suffixes;
  return { ...none, ...givenNames(words), lastName: last, suffix1, suffix2: others.join(", ") };
}

/**
 * Whether a name with commas is surely one person's: "Hale, Anna" or "Anna Hale, MD". "Bo Smith, Anna Hale" is not,
 * because a last name of several words needs a particle.
 */
export function isOnePerson(name: string): boolean {
  const [first = "", ...others] = name.split(",").map((part) => part.trim());
  const words = first.split(" ");
  const given = others.filter((part) => !isSuffix(part));
  return given.length === 0 || (given.length === 1 && (words.length === 1 || PARTICLE.test(words[0] ?? "")));
}

function isSuffix(word: string): boolean {
  return SUFFIX.test(word.replaceAll(".", ""));
}

/** Takes the last name off the end: the last word, with the particles before it. */
function takeLastName(words: string[]): string {
  if (words.length === 1) return "";
  const last = [words.pop() ?? ""];
  while (words.length > 1 && PARTICLE.test(words.at(-1) ?? "")) last.unshift(words.pop() ?? "");
  return last.join(" ");
}

/** An initial after the first name is the middle name. Longer names may be one first name of two words. */
function givenNames(words: string[]): { firstName: string; middleName: string } {
  const initial = words.length > 1 && /^\p{L}\.?$/u.test(words.at(-1) ?? "") ? words.at(-1) : undefined;
  const first = initial === undefined ? words : words.slice(0, -1);
  return { firstName: first.join(" "), middleName: initial ?? "" };
}
