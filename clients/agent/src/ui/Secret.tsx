/** Something to copy: an address, a snippet, a secret shown this once. */
import { useState } from "react";
import { useT } from "@lib/i18n";
import { Button } from "./Button";
import { IconCheck, IconCopy } from "./icons";
import css from "./Secret.module.css";

export function Copyable({ label, text, block = false }: { label: string; text: string; block?: boolean }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard?.writeText(text).catch(() => undefined);
    setCopied(true);
    setTimeout(() => setCopied(false), 1800);
  }
  return (
    <div className={css.copyable}>
      <span className={css.label}>{label}</span>
      <div className={css.row}>
        {block ? <pre tabIndex={0}>{text}</pre> : <code tabIndex={0}>{text}</code>}
        <Button small icon={copied ? <IconCheck size={14} /> : <IconCopy size={14} />} onClick={() => void copy()} aria-label={`${t("common.copy")}: ${label}`}>
          {t(copied ? "common.copied" : "common.copy")}
        </Button>
      </div>
    </div>
  );
}

/** The frame of a secret that will not be shown again. */
export function Secret({ title, body, text }: { title: string; body: string; text: string }) {
  return (
    <div className={css.secret} role="status">
      <p><b>{title}</b></p>
      <p>{body}</p>
      <Copyable label={title} text={text} />
    </div>
  );
}
