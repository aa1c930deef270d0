import { timeInWords } from "../rules/times";

/** A time in the reader's zone. */
export function Time({ at, never = "Never" }: { at: string | null | undefined; never?: string }) {
  return at ? <time dateTime={at}>{timeInWords(at)}</time> : <>{never}</>;
}
