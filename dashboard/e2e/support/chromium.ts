import { existsSync } from "node:fs";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Chromium of this machine: the one that CHROMIUM names, or one in a usual place. */
export const chromiumPath: string | undefined = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
