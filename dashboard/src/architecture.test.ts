import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = dirname(fileURLToPath(import.meta.url));

type Source = { path: string; text: string; imports: string[] };

const sources: Source[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && path !== "api/schema.d.ts")
  .map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return { path, text, imports: importsOf(path, text) };
  });

/** What a file imports: a package's name, or a path inside `src` (outside of it, one that begins with `..`). */
function importsOf(path: string, text: string): string[] {
  const named = text.matchAll(/^(?:import|export)\s(?:[^;]*?\sfrom\s)?"([^"]+)"|\bimport\("([^"]+)"\)/gm);
  return [...named].map(([, fixed, lazy]) => {
    const name = fixed ?? lazy ?? "";
    return name.startsWith(".") ? relative(root, join(root, dirname(path), name)) : name;
  });
}

const isTest = ({ path }: Source) => /\.test\.tsx?$/.test(path) || path.startsWith("test/");
const within = (folder: string) => sources.filter((source) => source.path.startsWith(folder) && !isTest(source));

/** Imports of these files that lead elsewhere than to the folders, with the files that have them. */
function strays(files: Source[], allowed: string[]): string[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter((name) => !allowed.some((folder) => name.startsWith(folder)))
      .map((name) => `${path} imports ${name}`),
  );
}

const packages = ["react", "@tanstack/", "openapi-fetch"];

test("the sources were found and read", () => {
  const users = sources.find(({ path }) => path === "features/users/UsersPage.tsx");
  expect(users?.imports).toEqual(expect.arrayContaining(["@tanstack/react-query", "session/queries"]));
  expect(importsOf("router.tsx", 'lazy(() => import("./features/keys/KeysPage"))')).toEqual(["features/keys/KeysPage"]);
});

describe("each layer imports only what is below it", () => {
  const features = [...new Set(within("features/").map(({ path }) => path.split("/")[1] ?? ""))];
  test.each(features)("the feature %s", (feature) => {
    const own = `features/${feature}/`;
    const allowed = [...packages, own, "api/", "rules/", "session/", "ui/", "queries"];
    expect(strays(within(own), allowed)).toEqual([]);
  });

  test.each([
    ["rules/", ["rules/", "../../shared/", "api/client", "api/schema", "papaparse"]],
    ["api/", ["api/", "rules/problemWords", "openapi-fetch", "@tanstack/react-query"]],
    ["ui/", ["ui/", "rules/", "api/", ...packages]],
    ["session/", ["session/", "ui/", "rules/", "api/", ...packages]],
    // Entry pages open on a phone, once. They have no framework.
    ["entry/", ["entry/", "rules/", "api/", "openapi-fetch", "ui/", "session/tabs"]],
  ])("%s", (folder, allowed) => {
    expect(strays(within(folder), allowed)).toEqual([]);
  });

  test("entry pages reach no React, by whatever way", () => {
    const seen = new Set<string>();
    const visit = (path: string) => {
      const source = sources.find((one) => one.path.replace(/\.tsx?$/, "") === path.replace(/\.tsx?$/, ""));
      if (!source || seen.has(source.path)) return;
      seen.add(source.path);
      for (const name of source.imports) visit(name);
    };
    for (const { path } of within("entry/")) visit(path);
    const reached = sources.filter(({ path }) => seen.has(path));
    expect(reached.length).toBeGreaterThan(0);
    expect(reached.flatMap(({ imports }) => imports).filter((name) => name.startsWith("react"))).toEqual([]);
  });
});

test("files have at most 200 lines, and tests 500", () => {
  const most = (source: Source) => (isTest(source) ? 500 : 200);
  const long = sources.filter((source) => source.text.trimEnd().split("\n").length > most(source));
  expect(long.map(({ path }) => path)).toEqual([]);
});
