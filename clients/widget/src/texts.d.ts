type Texts = Readonly<Record<"en" | "es" | "pt", () => Promise<{ readonly default: import("../../shared/t").Catalogue }>>>;

/** One chunk per language, keys without their `widget.` in front: those of the empty panel … */
declare module "virtual:texts/panel" {
  const load: Texts;
  export default load;
}

/** … and those of a conversation. */
declare module "virtual:texts/talk" {
  const load: Texts;
  export default load;
}

declare module "*.css";
declare module "*.css?inline" {
  const text: string;
  export default text;
}
