/** Where most clinics are. The first name is IANA's, the second is the one that people say. */
const unitedStates: [string, string][] = [
  ["America/New_York", "Eastern (New York)"],
  ["America/Chicago", "Central (Chicago)"],
  ["America/Denver", "Mountain (Denver)"],
  ["America/Phoenix", "Mountain without daylight saving (Phoenix)"],
  ["America/Los_Angeles", "Pacific (Los Angeles)"],
  ["America/Anchorage", "Alaska (Anchorage)"],
  ["Pacific/Honolulu", "Hawaii (Honolulu)"],
  ["America/Puerto_Rico", "Atlantic (Puerto Rico)"],
];

export type ZoneGroup = { label: string; zones: { name: string; text: string }[] };

/** The time zones to choose from. `current` is offered even if this browser does not know it. */
export function zoneGroups(current: string, known: string[] = Intl.supportedValuesOf("timeZone")): ZoneGroup[] {
  const usual = new Set(unitedStates.map(([name]) => name));
  const others = [...new Set([...known, "UTC", current])].filter((name) => !usual.has(name)).sort();
  return [
    { label: "United States", zones: unitedStates.map(([name, text]) => ({ name, text })) },
    { label: "Everywhere", zones: others.map((name) => ({ name, text: name.replaceAll("_", " ") })) },
  ];
}
