/** Registering at the vendor, a live check of each step, and a test message there and back. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ApiError } from "@lib/api";
import { reasonOf, sayOr, useT } from "@lib/i18n";
import type { Account, CheckLine } from "@lib/model";
import { useChannels } from "@lib/queries";
import { exact, span } from "@lib/time";
import { Button } from "@ui/Button";
import { whyOf } from "@ui/message/why";
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconHelp } from "@ui/icons";
import css from "./Inboxes.module.css";

type Test = { ok: boolean; ms: number; conversation_id: string | null; detail: string };

/** onAccount: told of the account as it is after the vendor was asked. */
export function Checks({ account, onAccount }: { account: Account; onAccount?: (account: Account) => void }) {
  const t = useT();
  const connects = useChannels().get(account.channel)?.connects ?? false;
  const [lines, setLines] = useState<CheckLine[] | null>(null);
  const [busy, setBusy] = useState<"connect" | "check" | "test" | null>(null);
  const [result, setResult] = useState<{ ok: boolean; text: string; where?: string | null } | null>(null);
  const [testable, setTestable] = useState(true);

  async function check(before: CheckLine[] = []): Promise<void> {
    setBusy("check");
    setLines(before.length ? before : null);
    setResult(null);
    try {
      const { checks } = await api.post<{ checks: CheckLine[] }>(`/accounts/${account.id}/check`);
      setLines([...before, ...checks]);
    } catch (error) {
      setResult({ ok: false, text: reasonOf(t, error) });
    }
    setBusy(null);
  }

  /** First our address is told to the vendor, then every step is looked at; a refusal is the first line. */
  async function connect(): Promise<void> {
    setBusy("connect");
    setLines(null);
    setResult(null);
    try {
      const next = await api.post<Account>(`/accounts/${account.id}/connect`);
      onAccount?.(next);
      await check([{ key: "connect", ok: true, detail: next.address ?? "" }]);
    } catch (error) {
      setLines([error instanceof ApiError
        ? { key: "connect", ok: false, detail: error.problem.detail ?? "", reason: error.code }
        : { key: "connect", ok: false, detail: reasonOf(t, error) }]);
      setBusy(null);
    }
  }

  async function test(): Promise<void> {
    setBusy("test");
    try {
      const { ok, ms, conversation_id: where, detail: why } = await api.post<Test>(`/accounts/${account.id}/test`);
      const time = ms < 60_000 ? new Intl.NumberFormat(t.locale, { style: "unit", unit: "second", maximumFractionDigits: 1 }).format(ms / 1000) : span(t, ms);
      setResult({ ok, where, text: ok ? t("account.test_ok", { time }) : t("account.test_failed", { detail: why }) });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 405)) setTestable(false);
      else setResult({ ok: false, text: t("account.test_failed", { detail: reasonOf(t, error) }) });
    }
    setBusy(null);
  }

  /** Moments and states in the reader's words; the rest as the outside said it. */
  function detail(line: CheckLine): string {
    if (/^\d{4}-\d\d-\d\d[ T]/.test(line.detail)) return exact(t, line.detail.replace(" ", "T"));
    return line.key === "state" ? sayOr(t, `account.state_${line.detail}`, line.detail) : line.detail;
  }

  function label(line: CheckLine): string {
    const [area = "", name = ""] = line.key.split(".");
    const words = sayOr(t, `check.${area}`, line.key.replaceAll(/[._]/g, " "), { name: name.replaceAll("_", " ") });
    return sayOr(t, `channel.${account.channel}.check.${line.key}`, words);
  }

  return (
    <div>
      <p className={css.tools}>
        {connects ? <Button kind="primary" busy={busy === "connect"} onClick={() => void connect()}>{t(busy === "connect" ? "account.registering" : "account.register")}</Button> : null}
        <Button busy={busy === "check"} onClick={() => void check()}>{t(busy === "check" ? "account.checking" : "account.check")}</Button>
        {testable ? <Button busy={busy === "test"} onClick={() => void test()}>{t(busy === "test" ? "account.test_running" : "account.test")}</Button> : null}
      </p>
      {connects ? <p className={css.hint}>{t("account.register_hint")}</p> : null}
      {result ? <p className={css.result} data-ok={result.ok} role="status">{result.text} {result.where ? <Link to="/inbox/$id" params={{ id: result.where }} search={{ view: "open" }}>{t("account.test_open")}</Link> : null}</p> : null}
      {lines ? (
        <ul className={css.checks} aria-live="polite">
          {lines.map((line, index) => {
            const Icon = line.ok === true ? IconCircleCheck : line.ok === false ? IconAlertTriangle : IconHelp;
            return (
              <li key={`${line.key}${index}`} data-ok={String(line.ok)}>
                <Icon size={17} aria-hidden /><b>{label(line)}</b>
                <span>{t(line.ok === true ? "check.ok" : line.ok === false ? "check.failed" : "account.check_unknown")}</span>
                {line.reason ? <small>{whyOf(t, { code: line.reason, reason: line.reason })}{line.detail ? <> <q translate="no" dir="auto">{line.detail}</q></> : null}</small>
                  : line.detail ? <small>{detail(line)}</small> : null}
              </li>
            );
          })}
          {busy === "check" ? <li><IconCircleDashed size={17} aria-hidden /><b>{t("account.checking")}</b></li> : null}
        </ul>
      ) : null}
    </div>
  );
}
