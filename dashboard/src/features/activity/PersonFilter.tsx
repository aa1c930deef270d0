import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { fullName } from "../../rules/names";
import { SearchField } from "../../ui/SearchField";
import { SearchOn, useSearchOn } from "../../ui/SearchOn";
import { nameQuery, peopleQuery } from "./queries";

/** Finds a person by name or address, then shows who was chosen. */
export function PersonFilter(props: { who: string | undefined; onChange: (who: string | undefined) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const acted = useRef(false);
  // The control that was used is gone. The one that took its place gets the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice moves the focus.
  useEffect(() => {
    if (acted.current) box.current?.querySelector<HTMLElement>("input, button")?.focus();
    acted.current = false;
  }, [props.who]);
  const choose = (who: string | undefined) => {
    acted.current = true;
    props.onChange(who);
  };
  return (
    <div ref={box} className="field">
      {props.who ? (
        <Chosen who={props.who} onClear={() => choose(undefined)} />
      ) : (
        <Finder onChoose={(userId) => choose(userId)} />
      )}
    </div>
  );
}

function Chosen({ who, onClear }: { who: string; onClear: () => void }) {
  const { data: name } = useQuery(nameQuery(who));
  return (
    <>
      <p>
        <strong>{who.startsWith("key:") ? "API key" : "Person"}:</strong> {name ?? (name === null ? "Unknown" : "…")}
      </p>
      <button type="button" onClick={onClear}>
        Show everyone
      </button>
    </>
  );
}

function Finder({ onChoose }: { onChoose: (userId: string) => void }) {
  const [text, setText] = useState("");
  const query = useInfiniteQuery(peopleQuery(text));
  const found = text === "" ? undefined : query.data?.pages.flatMap((page) => page.users);
  const search = useSearchOn(query, found?.length !== 0, text);
  return (
    <>
      <SearchField label="Person, by name or address" value={text} onChange={setText} />
      <p role="status" className="hint">
        {query.isError && "The search did not work. Type again to repeat it."}
        {found?.length === 0 && !query.hasNextPage && "No one has this name or address."}
        {found && found.length > 0 && foundWords(found.length, query.hasNextPage)}
      </p>
      {search && <SearchOn search={search} />}
      <ul className="choices">
        {found?.map((person) => (
          <li key={person.userId}>
            <button type="button" onClick={() => onChoose(person.userId)}>
              {fullName(person)} <span className="quiet">{person.email}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function foundWords(count: number, more: boolean): string {
  if (more) return `${count} people found, and there may be more. Choose one, or type more of the name or address:`;
  return `${count === 1 ? "1 person" : `${count} people`} found. Choose the person to show:`;
}
