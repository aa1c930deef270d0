import { isDay } from "./days";

/** Filters in the URL. Anyone can edit a URL, so a value that means nothing is left out. */

type Search = Record<string, unknown>;
type Maybe<Name extends string, Value> = { [Key in Name]?: Value };

export function text<Name extends string>(search: Search, name: Name): Maybe<Name, string> {
  const value = search[name];
  return found(name, typeof value === "string" || typeof value === "number" ? String(value) || undefined : undefined);
}

export function choice<Name extends string, const Value extends string>(
  search: Search,
  name: Name,
  values: readonly Value[],
): Maybe<Name, Value> {
  return found(
    name,
    values.find((value) => value === search[name]),
  );
}

export function flag<Name extends string>(search: Search, name: Name): Maybe<Name, boolean> {
  return found(name, search[name] === true ? true : undefined);
}

/** A day of a calendar, such as 2026-12-01. */
export function day<Name extends string>(search: Search, name: Name): Maybe<Name, string> {
  const value = search[name];
  return found(name, typeof value === "string" && isDay(value) ? value : undefined);
}

function found<Name extends string, Value>(name: Name, value: Value | undefined): Maybe<Name, Value> {
  return value === undefined ? {} : ({ [name]: value } as Maybe<Name, Value>);
}
