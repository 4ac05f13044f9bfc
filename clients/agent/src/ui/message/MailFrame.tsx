/** A mail as it was designed, in a sandbox: no scripts, no remote images until asked, never wider than the page. */
import { useEffect, useRef, useState } from "react";
import type { Attachment } from "@shared/types";
import { useT } from "@lib/i18n";
import { nonce } from "@lib/nonce";
import { Button } from "../Button";
import { IconPhoto } from "../icons";
import css from "./MailFrame.module.css";

const OWN = `html{color-scheme:light}body{margin:0;font:14px/1.5 "Inter",system-ui,sans-serif;color:oklch(0.24 0.018 285);overflow-wrap:anywhere;background:transparent}
img{max-width:100%;height:auto}table{max-width:100%}a{color:oklch(0.46 0.165 15)}img:not([src]){min-width:24px;min-height:18px;outline:1px dashed oklch(0.8 0.01 78);color:oklch(0.5 0.01 285);font-size:12px}blockquote{margin:8px 0;padding-left:12px;border-left:2px solid oklch(0.87 0.01 78)}p:first-child{margin-top:0}p:last-child{margin-bottom:0}pre{white-space:pre-wrap}`;

/** Whether a mail brings its own look; a plain one may wear the theme's colours. */
export function isDesigned(html: string): boolean {
  return /<(table|img|style)\b|\b(bgcolor|background(-color)?)\s*[=:]|\bcolor\s*:/i.test(html);
}

export function hasRemote(html: string): boolean {
  return /(<img[^>]+src|background)\s*=\s*["']?\s*(https?:)?\/\/|url\(\s*["']?\s*(https?:)?\/\//i.test(html);
}

/** The server moves the addresses of remote images aside; here they come back, when asked for. */
export function withRemote(html: string): string {
  return html.replace(/<img data-remote-src="/gi, '<img src="');
}

/** `cid:` images shown from our own store. */
export function withInline(html: string, files: readonly Attachment[]): string {
  return html.replace(/cid:([^"'\s)>]+)/gi, (whole, id: string) => {
    const wanted = decodeURIComponent(id).replace(/^<|>$/g, "");
    return files.find((file) => file.content_id.replace(/^<|>$/g, "") === wanted)?.url ?? whole;
  });
}

function page(html: string, files: readonly Attachment[], remote: boolean): string {
  const images = `${location.origin} data:${remote ? " https:" : ""}`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src ${images}; font-src 'none'`;
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<base target="_blank"><meta name="referrer" content="no-referrer"><style nonce="${nonce}">${OWN}</style></head><body>${withInline(remote ? withRemote(html) : html, files)}</body></html>`;
}

interface Props { html: string; files: readonly Attachment[]; title: string }

export function MailFrame({ html, files, title }: Props) {
  const t = useT();
  const frame = useRef<HTMLIFrameElement>(null);
  const [remote, setRemote] = useState(false);
  const [height, setHeight] = useState(80);
  const blocked = !remote && hasRemote(html);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let watcher: ResizeObserver | undefined;
    const measure = () => {
      const body = element.contentDocument?.body;
      if (body) setHeight(Math.min(6000, Math.max(24, body.scrollHeight + 2)));
    };
    const loaded = () => {
      measure();
      watcher?.disconnect();
      watcher = new ResizeObserver(measure);
      if (element.contentDocument?.body) watcher.observe(element.contentDocument.body);
    };
    element.addEventListener("load", loaded);
    loaded();
    return () => {
      element.removeEventListener("load", loaded);
      watcher?.disconnect();
    };
  }, [html, remote]);

  return (
    <div className={css.mail}>
      {blocked ? (
        <p className={css.blocked}>
          <IconPhoto size={15} aria-hidden /><span>{t("thread.images_off")}</span>
          <Button small kind="quiet" onClick={() => setRemote(true)}>{t("thread.show_images")}</Button>
        </p>
      ) : null}
      <iframe ref={frame} title={title} srcDoc={page(html, files, remote)} className={css.frame} style={{ height }}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" />
    </div>
  );
}
