import { timeInWords } from "../../rules/times";

/** A time in the clinic's zone, because the day is one there. */
export function Moment({ at, timeZone }: { at: string; timeZone: string }) {
  return <time dateTime={at}>{timeInWords(at, new Date(), timeZone)}</time>;
}

/** From when until when. Nothing for the whole day. */
export function Borders(props: { from: string | null; until: string | null; timeZone: string }) {
  const { from, until, timeZone } = props;
  return (
    <>
      {from && (
        <>
          From <Moment at={from} timeZone={timeZone} />
        </>
      )}
      {from && until && " "}
      {until && (
        <>
          {from ? "until" : "Until"} <Moment at={until} timeZone={timeZone} />
        </>
      )}
    </>
  );
}
