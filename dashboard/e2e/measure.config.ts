import { defineConfig } from "vitest/config";
import tests from "./vitest.config.ts";

// Figures, not tests: `npm run measure` prints them and fails for no figure.
export default defineConfig({ test: { ...tests.test, include: ["e2e/measure.ts"] } });
