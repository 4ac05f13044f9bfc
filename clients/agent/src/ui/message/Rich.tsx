/** What colleagues wrote with looks, in the theme's own colours: known tags made into elements, never markup put into the page. */
import { createElement, Fragment, useMemo, type ReactNode } from "react";
import type { Attachment } from "@shared/types";
import css from "./Rich.module.css";

const TAGS = new Set(["b", "strong", "i", "em", "u", "s", "del", "code", "pre", "p", "div", "span", "br", "hr", "ul", "ol", "li", "blockquote",
  "h1", "h2", "h3", "table", "thead", "tbody", "tr", "td", "th"]);
const SAFE = /^(https?:|mailto:|tel:)/i;

function made(node: Node, files: readonly Attachment[], key: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const tag = node.localName;
  const inside = (): ReactNode[] => [...node.childNodes].map((child, index) => made(child, files, index));
  if (tag === "a") {
    const href = node.getAttribute("href") ?? "";
    return SAFE.test(href) ? <a key={key} href={href} target="_blank" rel="noreferrer noopener">{inside()}</a> : <Fragment key={key}>{inside()}</Fragment>;
  }
  if (tag === "img") {
    const file = files.find((one) => `cid:${one.content_id}` === node.getAttribute("src"));
    const size = file?.width && file.height ? { width: file.width, height: file.height } : {};
    return file?.url ? <img key={key} src={file.url} alt={node.getAttribute("alt") ?? file.name} loading="lazy" {...size} /> : null;
  }
  if (!TAGS.has(tag)) return <Fragment key={key}>{inside()}</Fragment>;
  return createElement(tag, { key }, ...(node.childNodes.length ? [inside()] : []));
}

export function Rich({ html, files }: { html: string; files: readonly Attachment[] }) {
  const body = useMemo(() => new DOMParser().parseFromString(html, "text/html").body, [html]);
  return <div className={css.rich} dir="auto">{[...body.childNodes].map((node, index) => made(node, files, index))}</div>;
}
