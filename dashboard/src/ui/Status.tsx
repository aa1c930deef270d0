import type { Word } from "../rules/words";

const icons = { good: "✓", bad: "!", wait: "…", plain: "–" } as const;

/** A state as an icon and a word. Color only repeats what both say. */
export function Status({ word }: { word: Word }) {
  return (
    <span className={`status ${word.tone}`}>
      {/* The icon stays on the line of its word. */}
      <span aria-hidden="true">{icons[word.tone]}</span>
      {"\u00a0"}
      {word.text}
    </span>
  );
}
