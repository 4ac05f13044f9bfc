/** Whether what is typed can be read in a text: whole words, the beginnings of words, or the letters of one word in order. Pure. */
export function fuzzy(typed: string, text: string): boolean {
  const fold = (one: string) => one.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(text);
  const wanted = fold(typed);
  if (wanted.split(/\s+/).every((part) => words.includes(part))) return true;
  const each = words.split(/[^\p{L}\p{N}]+/u);
  if (wanted.length > 1 && each.map((word) => word[0] ?? "").join("").includes(wanted)) return true;
  return wanted.length > 2 && each.some((word) => word[0] === wanted[0] && inOrder(wanted, word));
}

function inOrder(letters: string, word: string): boolean {
  let at = -1;
  return [...letters].every((one) => (at = word.indexOf(one, at + 1)) >= 0);
}
