import { afterEach, beforeAll, inject } from "vitest";
import { dialogsAreAccessible } from "./accessibility/dialogs";
import { entryPagesAreAccessible } from "./accessibility/entry";
import { formsAreAccessible } from "./accessibility/forms";
import { listsAreAccessible } from "./accessibility/lists";
import { pagesAreAccessible } from "./accessibility/pages";
import { inBrowser, startBrowser } from "./support/browser";
import { makeRiverside, type Riverside } from "./support/riverside";

// One browser and one clinic for all of them.
startBrowser();

let riverside: Riverside;
beforeAll(async () => {
  if (!inject("chromium")) return;
  riverside = await makeRiverside(`${crypto.randomUUID().slice(0, 8)}.example`, {
    viewport: { width: 1280, height: 800 },
  });
});

// One test that fails must not leave its answers to the next.
afterEach(() => riverside?.page.unrouteAll({ behavior: "ignoreErrors" }));

inBrowser("accessible", () => {
  const get = () => riverside;
  pagesAreAccessible(get);
  listsAreAccessible(get);
  formsAreAccessible(get);
  dialogsAreAccessible(get);
  entryPagesAreAccessible(get);
});
