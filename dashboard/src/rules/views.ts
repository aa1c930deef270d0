import type { Schemas } from "../api/client";

type View = Pick<
  Schemas["AccessView"],
  "study" | "retrievalId" | "mode" | "openedAt" | "viewExpiresAt" | "linkExpiresAt"
>;

/** What a view allows. */
export const viewModes: Record<Schemas["AccessModeName"], string> = {
  dictation: "Read and report",
  viewer_only: "Read-only",
};

/** What is viewed, as the PACS named it. */
export function studyName(view: Pick<View, "study" | "retrievalId">): string {
  return view.study?.studyInstanceUid ?? view.study?.studyId ?? view.retrievalId ?? "No study";
}

/** When the view ends by itself. Before it is opened, that is when its link ends. */
export function viewEnd(view: Pick<View, "viewExpiresAt" | "linkExpiresAt">): string {
  return view.viewExpiresAt ?? view.linkExpiresAt;
}
