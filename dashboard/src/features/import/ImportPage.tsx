import { lazy, Suspense, useState } from "react";
import type { Cells } from "../../rules/importValues";
import { columnsOf, type Grid, needsChoice, rowsOf } from "../../rules/table";
import { ManagersOnly } from "../../session/ManagersOnly";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { PeopleTabs } from "../../ui/PeopleTabs";
import { UnsavedChanges } from "../../ui/UnsavedChanges";
import { ColumnsStep, targetsOf } from "./ColumnsStep";
import { Example } from "./Example";
import { PasteStep } from "./PasteStep";
import { MAX_ROWS } from "./state";

const TITLE = "Import a list";

// The page opens without the table and without what reads a list. Both load when someone has entered one.
const loadPeopleStep = () => import("./PeopleStep").then((loaded) => ({ default: loaded.PeopleStep }));
const PeopleStep = lazy(loadPeopleStep);
const loadReader = () => Promise.all([import("../../rules/readTable"), loadPeopleStep()]);

/** Invites many people at once: paste, say what the columns have, correct, send. */
export function ImportPage() {
  return (
    <ManagersOnly title={TITLE}>
      <Page title={TITLE}>
        <PeopleTabs />
        <Steps />
      </Page>
    </ManagersOnly>
  );
}

function Steps() {
  const [text, setText] = useState("");
  const [grid, setGrid] = useState<Grid | null>(null);
  const [people, setPeople] = useState<Cells[] | null>(null);
  const [returned, setReturned] = useState(false);
  const back = () => {
    setReturned(true);
    setGrid(null);
    setPeople(null);
  };
  const read = async (): Promise<string | null> => {
    const loaded = await loadReader().catch(() => null);
    if (!loaded) return "AutoScribe can't be reached. Check your connection, then continue.";
    const found = loaded[0].readTable(text);
    const count = found.cells.length - (found.headings ? 1 : 0);
    if (count < 1) return "Paste at least one person.";
    if (count > MAX_ROWS) return `This list has ${count} people. Import at most ${MAX_ROWS} at a time.`;
    const columns = columnsOf(found);
    setGrid(found);
    if (!needsChoice(found, columns)) setPeople(rowsOf(found, targetsOf(columns)));
    return null;
  };
  if (people) {
    return (
      <Suspense fallback={<Loading what="the table" />}>
        <PeopleStep people={people} onBack={back} />
      </Suspense>
    );
  }
  return (
    <>
      <UnsavedChanges unsaved={text.trim() !== ""} title="Leave this page?">
        No one was invited yet. If you leave, you will lose the list.
      </UnsavedChanges>
      {grid ? (
        <ColumnsStep
          grid={grid}
          onGrid={setGrid}
          onBack={back}
          onDone={(targets) => setPeople(rowsOf(grid, targets))}
        />
      ) : (
        <>
          <PasteStep text={text} returned={returned} onText={setText} onRead={read} />
          <Example />
        </>
      )}
    </>
  );
}
