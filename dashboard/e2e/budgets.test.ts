import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const dist = resolve(import.meta.dirname, "../dist");
const KB = 1000;

/** One file of the build, as Vite's manifest has it. */
type Built = {
  file: string;
  src?: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
  isEntry?: boolean;
  isDynamicEntry?: boolean;
};
const manifest: Record<string, Built> = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

const size = (file: string) => gzipSync(readFileSync(join(dist, file))).length;
const sum = (files: Iterable<string>) => [...files].reduce((total, file) => total + size(file), 0);

/** A file and everything that it imports before it runs. */
function filesOf(name: string, into = new Set<string>()): Set<string> {
  const built = manifest[name];
  if (!built || into.has(built.file)) return into;
  into.add(built.file);
  for (const css of built.css ?? []) into.add(css);
  for (const other of built.imports ?? []) filesOf(other, into);
  return into;
}

/** What is there already when a part loads: the page that asks for it. */
function filesBefore(part: string): Set<string> {
  const asking = Object.keys(manifest).filter((name) => manifest[name]?.dynamicImports?.includes(part));
  const [first = new Set<string>(), ...others] = asking.map((name) => filesOf(name));
  return new Set([...first].filter((file) => others.every((files) => files.has(file))));
}

/** What loads when a page or a part is asked for. */
function filesAdded(name: string): string[] {
  const before = new Set([...application, ...filesBefore(name)]);
  return [...filesOf(name)].filter((file) => !before.has(file));
}

const isCss = (file: string) => file.endsWith(".css");
const application = filesOf("index.html");

describe("gzipped sizes", () => {
  test.each(["accept", "reset", "sign-in", "restricted"])("the page %s fits into 15 kB", (page) => {
    expect(sum([`${page}.html`, ...filesOf(`${page}.html`)])).toBeLessThanOrEqual(15 * KB);
  });

  test("the first page of the application fits into 130 kB", () => {
    const users = filesOf("src/features/users/UsersPage.tsx");
    expect(sum(["index.html", ...new Set([...application, ...users])])).toBeLessThanOrEqual(130 * KB);
  });

  // What loads later is a page of the application, or a part that a page loads when someone asks for it.
  const later = Object.keys(manifest).filter((name) => manifest[name]?.isDynamicEntry);
  test.each(later)("%s adds at most 12 kB", (name) => {
    expect(sum(filesAdded(name))).toBeLessThanOrEqual(12 * KB);
  });

  // A library that reads CSV, for the few who import a list. The page of the import does not count it, because it loads
  // beside the next step when someone continues with a list. So it has a limit of its own.
  test("the reader of pasted lists adds at most 8 kB", () => {
    const added = filesAdded("src/rules/readTable.ts");
    expect(added).toHaveLength(1);
    expect(sum(added)).toBeLessThanOrEqual(8 * KB);
  });

  test("all styles fit into 8 kB", () => {
    const styles = new Set(Object.keys(manifest).flatMap((name) => [...filesOf(name)].filter(isCss)));
    expect(styles.size).toBeGreaterThan(0);
    expect(sum(styles)).toBeLessThanOrEqual(8 * KB);
  });
});
