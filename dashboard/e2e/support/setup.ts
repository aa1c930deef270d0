import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { chromiumPath } from "./chromium";

/** The service that all tests share. Each test makes a clinic of its own. */
export type Service = { url: string; directory: string; binary: string };

declare module "vitest" {
  interface ProvidedContext {
    service: Service;
    chromium: string | null;
  }
}

const root = resolve(import.meta.dirname, "../../..");

/** Starts the service of `make dev` on an empty directory and free ports, with the built pages. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("chromium", chromiumPath ?? null);
  if (!chromiumPath) {
    if (process.env.CI) throw new Error("No Chromium was found. Install it, or name it with CHROMIUM=.");
    process.stderr.write("SKIPPED: every browser test. Install Chromium, or name it with CHROMIUM=.\n");
  }
  const directory = mkdtempSync(join(tmpdir(), "autoscribe-e2e-"));
  const binary = join(resolve(root, process.env.CARGO_TARGET_DIR ?? "target"), "debug/dev");
  const ports = ["--port", "0", "--dynamodb-port", "0"];
  const options = [...ports, "--pages", join(root, "dashboard/dist"), "--log", "error"];
  const running = spawn(binary, options, { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
  const url = await printedUrl(running);
  project.provide("service", { url, directory, binary });
  return async () => {
    running.kill("SIGTERM");
    await new Promise((stopped) => running.once("exit", stopped));
    rmSync(directory, { recursive: true });
  };
}

function printedUrl(running: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let text = "";
    running.stdout?.on("data", (chunk) => {
      text += chunk;
      const url = /API\s+(http:\S+)/.exec(text)?.[1];
      if (url) found(url);
    });
    running.once("error", failed);
    running.once("exit", (code) => failed(new Error(`the service ended with ${code}: build it with make test`)));
  });
}
