import type { Change } from "../../rules/auditChanges";
import { studyName } from "../../rules/views";
import type { Activity } from "../../ui/audit/activity";

export const activityHeadings = [
  "Time (UTC)",
  "What happened",
  "Who",
  "Name before",
  "Name after",
  "Permissions before",
  "Permissions after",
  "NPI before",
  "NPI after",
  "Study",
  "IP address",
  "Action",
  "Detail",
  "Who (ID)",
  "Object (ID)",
  "Reader (ID)",
  "Record (ID)",
];

/** A record as a row of the file. Names help people, and IDs help auditors. */
export function activityRow({ event, sentence, actor, changes }: Activity): string[] {
  return [
    event.at,
    sentence,
    actor,
    ...["Name", "Permissions", "NPI"].flatMap((what) => beforeAndAfter(changes, what)),
    event.study ? studyName(event) : "",
    event.ip ?? "",
    event.action,
    event.detail ?? "",
    event.actor,
    event.object,
    event.userId ?? "",
    event.eventId,
  ];
}

function beforeAndAfter(changes: Change[], what: string): [string, string] {
  const change = changes.find((one) => one.what === what);
  return [change?.before ?? "", change?.after ?? ""];
}
