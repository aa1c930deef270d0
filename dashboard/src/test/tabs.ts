import { onTestFinished } from "vitest";

/** Another tab of the same browser: what it hears, and how it tells. */
export function otherTab() {
  const channel = new BroadcastChannel("autoscribe-session");
  const heard: unknown[] = [];
  channel.addEventListener("message", (event) => heard.push((event as MessageEvent).data));
  onTestFinished(() => channel.close());
  return { heard, tell: (change: string) => channel.postMessage(change) };
}
