/** Says that the API left out items that it could not read. */
export function Skipped({ what, count }: { what: string; count: number | undefined }) {
  if (!count) return null;
  const items = count === 1 ? `1 ${what} couldn't be read and is` : `${count} ${what}s couldn't be read and are`;
  return <p className="quiet">{items} not shown. Contact the AutoScribe operator.</p>;
}
