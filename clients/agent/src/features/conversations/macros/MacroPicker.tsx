/** Macros by typing, what one uses most first, each with what it would write and do here. */
import { useQuery } from "@tanstack/react-query";
import { useT } from "@lib/i18n";
import type { Macro } from "@lib/model";
import { macrosQuery, offeredQuery } from "@lib/queries";
import { IconBolt, IconLock } from "@ui/icons";
import { Picker, type Choice } from "@ui/Picker";
import type { PickerProps } from "../Pickers";
import css from "./Macros.module.css";
import { begin } from "./macros";
import { useActWords } from "./words";

export function MacroPicker({ targets, onDone, onChosen, ...rest }: PickerProps & { onChosen?: () => void }) {
  const t = useT();
  const one = targets.length === 1 ? targets[0] : undefined;
  const own = useQuery({ ...offeredQuery(one?.id ?? ""), enabled: rest.open && one !== undefined });
  const every = useQuery({ ...macrosQuery, enabled: rest.open && one === undefined });
  // Words go to one conversation; many have the acts done.
  const macros = one ? (own.data ?? []) : (every.data ?? []).filter((macro) => macro.acts.length);
  const { isPending } = one ? own : every;
  const choices = macros.map((macro): Choice => ({
    id: macro.id, label: macro.name, icon: macro.is_shared ? <IconBolt size={16} /> : <IconLock size={16} />,
    ...(macro.is_shared ? {} : { hint: t("macro.private") }) }));
  const preview = (choice: Choice) => <Preview macro={macros.find((macro) => macro.id === choice.id)} many={targets.length > 1} />;
  return (
    <Picker title={t("macro.choose")} placeholder={t("act.macro")} width={340} choices={() => choices} pending={isPending} empty={isPending ? t("common.loading") : t(macros.length ? "picker.empty" : "macro.none")} {...rest}
      preview={preview}
      onChoose={(choice) => {
        const macro = macros.find((each) => each.id === choice.id);
        onChosen?.();
        if (macro) begin(targets, macro, onDone ?? (() => undefined));
      }} />
  );
}

/** What it would write, and what it would do. */
function Preview({ macro, many }: { macro: Macro | undefined; many: boolean }) {
  const t = useT();
  const said = useActWords();
  if (!macro) return null;
  const waits = macro.text && !many;
  return (
    <div className={css.preview}>
      {macro.acts.length ? <p className={css.when}>{t(waits ? "macro.when_sent" : "macro.at_once")}</p> : null}
      {macro.acts.length ? <ul className={css.acts}>{macro.acts.map((act, at) => <li key={at}>{said(act)}</li>)}</ul> : null}
      {waits ? <p className={css.words}>{macro.text}</p> : null}
    </div>
  );
}
