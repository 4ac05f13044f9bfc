/** The fields of an account, as its channel's manifest names them. */
import type { Channel, Setting } from "@lib/model";
import { sayOr, useT } from "@lib/i18n";
import { useEffect, useRef, useState } from "react";
import { Area, Check, Choose, Field } from "@ui/Field";
import { counts } from "./form";
import css from "./Inboxes.module.css";
import { Questions } from "./Questions";

interface Props { channel: Channel; values?: Record<string, unknown>; secrets?: readonly string[]; errors: Record<string, string> }

export function SettingFields({ channel, values, secrets, errors }: Props) {
  const t = useT();
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const given = (name: string): unknown => chosen[name] ?? values?.[name] ?? channel.settings.find((one) => one.name === name)?.default;
  const counted = channel.settings.filter((one) => counts(one, given));
  const plain = counted.filter((one) => !one.advanced);
  const advanced = counted.filter((one) => one.advanced);
  const field = (one: Setting) => <One key={one.name} channel={channel.id} setting={one} value={values?.[one.name]} kept={secrets?.includes(one.name) ?? false} errors={errors}
    onChoose={(value) => setChosen((now) => ({ ...now, [one.name]: value }))} />;
  // The form is long: who is told that something is wrong is brought there.
  const top = useRef<HTMLSpanElement>(null);
  const wrong = Object.keys(errors).join(" ");
  useEffect(() => {
    if (wrong) top.current?.closest("form")?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [wrong]);
  return (
    <>
      <span ref={top} hidden />
      {plain.map(field)}
      {advanced.length ? (
        <details className={css.advanced} open={advanced.some((one) => Object.keys(errors).some((each) => each === one.name || each.startsWith(`settings.${one.name}`)))}>
          <summary>{t("account.advanced")}</summary>
          <div>{advanced.map(field)}</div>
        </details>
      ) : null}
    </>
  );
}

interface OneProps { channel: string; setting: Setting; value: unknown; kept: boolean; errors: Record<string, string>; onChoose: (value: string) => void }

function One({ channel, setting, value, kept, errors, onChoose }: OneProps) {
  const t = useT();
  const words = setting.name.replaceAll("_", " ");
  const name = sayOr(t, `channel.${channel}.setting.${setting.name}`, words.charAt(0).toUpperCase() + words.slice(1));
  const label = setting.required || setting.kind === "bool" ? name : `${name} (${t("common.optional")})`;
  const hint = sayOr(t, `channel.${channel}.hint.${setting.name}`, "");
  const shown = value ?? setting.default;
  const around = { label, hint: hint || undefined, error: errors[setting.name], name: setting.name };
  switch (setting.kind) {
    case "bool": return <Check label={label} hint={hint || undefined} name={setting.name} defaultChecked={shown === true} />;
    case "choice": return <Choose {...around} onChange={(event) => onChoose(event.target.value)} defaultValue={String(shown ?? "")} options={setting.choices.map((one) => [one, sayOr(t, `channel.${channel}.choice.${setting.name}.${one}`, one)] as const)} />;
    case "list": return <Area {...around} hint={hint || t("account.list_hint")} defaultValue={Array.isArray(shown) ? shown.join("\n") : ""} />;
    case "questions": return <Questions label={label} hint={hint || undefined} name={setting.name} value={shown} errors={errors} />;
    case "secret": return <Field {...around} type="password" autoComplete="off" required={setting.required && !kept} placeholder={kept ? t("account.secret_kept") : ""} />;
    default: return <Field {...around} type={setting.kind} required={setting.required} defaultValue={shown === null || shown === undefined ? "" : String(shown)} autoComplete="off" />;
  }
}
