/** What other tabs of this browser must know: the session was used, ended, or may be of another person or clinic now. */
export type SessionChange = "used" | "signedOut" | "clinicChanged";

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("autoscribe-session") : null;

export function tellOtherTabs(change: SessionChange): void {
  channel?.postMessage(change);
}

/** Calls back on changes in other tabs. Returns how to stop. */
export function onOtherTabs(changed: (change: SessionChange) => void): () => void {
  const listener = (event: MessageEvent<SessionChange>) => changed(event.data);
  channel?.addEventListener("message", listener);
  return () => channel?.removeEventListener("message", listener);
}
