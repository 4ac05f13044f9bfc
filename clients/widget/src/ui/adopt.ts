/** Adds the styles of a part loaded later; a constructed sheet needs no exception in the page's policy. */
export function adopt(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}
