import { ProblemNote } from "../../ui/ProblemNote";
import type { useExport } from "./useExport";

/** How far the export is. */
export function ExportStatus({ made }: { made: ReturnType<typeof useExport> }) {
  const count = made.count === 1 ? "1 record" : `${made.count.toLocaleString("en-US")} records`;
  return (
    <>
      <p role="status" className="quiet">
        {made.running && `${count} read…`}
        {made.saved && `Saved ${count}.`}
      </p>
      {made.error ? <ProblemNote error={made.error} onRetry={made.goOn} /> : null}
    </>
  );
}
