import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The pages. Everyone opens the first four from an email. The last one is the application. */
const pages = ["accept", "reset", "sign-in", "restricted", "index"];

export default defineConfig({
  plugins: [react()],
  build: {
    rolldownOptions: {
      input: pages.map((page) => `${page}.html`),
      // What pages share comes once, with the first one.
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            // Small files that entry pages and the application share compress better as one.
            {
              name: "common",
              test: /src\/(rules\/(names|times|sentences|next|form)|api\/problem|session\/(tabs|storage))\.ts$|abilities\.json$/,
            },
            // Otherwise it is cut into pieces wherever a part that loads later needs less of it.
            { name: "query", test: /@tanstack\/(query-core|react-query)\// },
            {
              name: "ui",
              test: /src\/ui\/(?!audit|credentials|person\/[nN]pi|person\/P|person\/A|person\/p|person\/R|FormProblems|Radio|UnsavedChanges).*\.tsx?$|react-router\/.*\/(useRouter|routerContext)\./,
            },
          ],
        },
      },
    },
    // The content security policy allows files of this origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The budgets are checked with it.
    manifest: true,
  },
  // For `npx vite` beside `make dev`.
  server: { proxy: { "/v1": process.env.API ?? "http://127.0.0.1:8080" } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
    testTimeout: 60_000,
  },
});
