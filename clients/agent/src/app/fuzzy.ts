/** Whether what is typed can be read in a text: whole words first, then letters in order from word beginnings. Pure. */
export function fuzzy(typed: string, text: string): boolean {
  const fold = (one: string) => one.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(text);
  const wanted = fold(typed);
  if (wanted.split(/\s+/).every((part) => words.includes(part))) return true;
  const starts = words.split(/[^\p{L}\p{N}]+/u).map((word) => word[0] ?? "").join("");
  return wanted.length > 1 && starts.includes(wanted);
}
