/** The text of a file, or why it can't be read, or what to check in it. */
export type FileText = { text: string; warning: string | null } | { fault: string };

/** Far above what 500 people need. */
const MAX_BYTES = 1_000_000;

export async function readFile(file: File): Promise<FileText> {
  if (file.size > MAX_BYTES) return { fault: "This file is too large. Import at most 500 people." };
  const bytes = new Uint8Array(await file.arrayBuffer());
  // A workbook is a ZIP archive.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    return { fault: "This is a workbook. Save it as CSV, or copy its cells and paste them." };
  }
  // What Excel calls Unicode Text is UTF-16.
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = new TextDecoder(utf16 ? "utf-16le" : "utf-8").decode(bytes);
  const warning = text.includes("\uFFFD")
    ? "Some letters of this file could not be read. They show as \uFFFD. Save the file as CSV UTF-8 and choose it again, or correct the names."
    : null;
  return { text, warning };
}
