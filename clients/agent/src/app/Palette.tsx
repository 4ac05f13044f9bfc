/** Commands, places, conversations and people by typing; every row shows its key. */
import { LOCALES } from "@shared/t";
import type { Conversation, Page } from "@shared/types";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { api } from "@lib/api";
import { cache, type Pages } from "@lib/cache";
import { useT } from "@lib/i18n";
import { AREAS, keymap, type Action } from "@lib/keys";
import { layer } from "@lib/layers";
import type { SearchItem } from "@lib/model";
import { prefer, preferLocale } from "@lib/prefs";
import { useStore } from "@lib/store";
import { Avatar, faceOf } from "@ui/Avatar";
import { Bead } from "@ui/Bead";
import { Cap } from "@ui/Button";
import { Dialog } from "@ui/Dialog";
import { IconArrowUp, IconSearch } from "@ui/icons";
import { leaving } from "../features/conversations/elsewhere";
import css from "./Palette.module.css";
import { fuzzy } from "./fuzzy";

interface Row { id: string; group: string; label: string; hint?: string; keys?: string; icon?: ReactNode; run: () => void; always?: boolean }

const press = (keys: string): void => {
  for (const [index, part] of keys.split(" ").entries()) {
    const pieces = part.split("+");
    const init = { key: pieces.at(-1)!, ctrlKey: pieces.includes("mod"), shiftKey: pieces.includes("shift"), bubbles: true };
    setTimeout(() => document.dispatchEvent(new window.KeyboardEvent("keydown", init)), 60 + index * 10);
  }
};
const HERE: readonly Action[] = ["reply", "note", "resolve", "snooze", "assign", "take", "tag", "priority", "macro", "status", "panel", "undo"];

function useRows(typed: string, close: () => void): Row[] {
  const t = useT();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const { map } = useStore(keymap);
  const [asked] = useDebouncedValue(typed.trim(), 160);
  const found = useQuery({
    queryKey: ["palette", asked], enabled: asked.length > 1, placeholderData: keepPreviousData, staleTime: 10_000,
    queryFn: ({ signal }) => api.get<Page<SearchItem>>("/search", { q: asked, limit: 12 }, signal),
  });
  return useMemo(() => {
    const labels = new Map(AREAS.flatMap((area) => area.actions));
    const command = (action: Action, group: string): Row => ({
      id: action, group, label: t(labels.get(action)!), keys: map[action], run: () => { close(); press(map[action]); } });
    const local = cache.getQueriesData<Pages<Conversation>>({ queryKey: ["conversations"] })
      .flatMap(([, pages]) => pages?.pages.flatMap((page) => page.items) ?? []);
    const seen = new Map(local.map((one) => [one.id, one]));
    const open = (target: string): void => void navigate({ to: "/inbox/$id", params: { id: target }, search: (now) => ({ ...now }) as object });
    const rows: Row[] = [
      ...(id ? HERE.map((action) => command(action, t("palette.here"))) : []),
      ...(id ? [{ id: "elsewhere", group: t("palette.here"), label: t("act.elsewhere"), run: () => { close(); leaving.set(id); } }] : []),
      ...(["go_inbox", "go_contacts", "search", "go_playground", "go_settings", "help"] as const).map((action) => command(action, t("palette.go"))),
      ...(["light", "dark", "auto"] as const).map((name): Row => ({
        id: `theme-${name}`, group: t("palette.look"), label: t("palette.theme", { name: t(`profile.theme_${name}`) }), run: () => { close(); void prefer({ theme: name }).catch(() => undefined); } })),
      ...LOCALES.map((name): Row => ({
        id: `locale-${name}`, group: t("palette.look"), label: t("palette.locale", { name: t(`locale.${name}`) }), run: () => { close(); void preferLocale(name); } })),
      ...[...seen.values()].map((one): Row => ({
        id: one.id, group: t("palette.conversations"), label: one.contact.name || t("common.unnamed"), hint: one.subject || one.last_message?.preview || `#${one.number}`,
        icon: <Bead channel={one.channel} size={20} />, run: () => { close(); open(one.id); } })),
      ...(found.data?.items ?? []).filter((one) => typed.trim().length > 1 && !seen.has(one.conversation_id ?? "")).map((one): Row => one.type === "contact"
        ? { id: `c-${one.contact?.id}`, group: t("palette.contacts"), label: one.contact?.name || t("common.unnamed"), hint: one.contact?.identities?.[0]?.value ?? "", always: true,
          icon: <Avatar name={one.contact?.name ?? "?"} size={20} face={faceOf(one.contact)} />, run: () => { close(); void navigate({ to: "/contacts/$id", params: { id: one.contact!.id } }); } }
        : { id: `m-${one.message?.id}`, group: t("palette.messages"), label: one.message?.text.slice(0, 90) ?? "", hint: one.message?.author.name ?? "", always: true,
          icon: <Bead channel={one.message?.channel ?? ""} size={20} />, run: () => { close(); open(one.conversation_id!); } }),
    ];
    const query = typed.trim();
    const hidden = new Set([t("palette.conversations"), t("palette.look")]);
    const kept = query ? rows.filter((row) => row.always || fuzzy(query, `${row.label} ${row.hint ?? ""}`)) : rows.filter((row) => !hidden.has(row.group));
    const all: Row[] = query ? [{ id: "all", group: "", label: t("palette.search_all", { query }), icon: <IconSearch size={16} />, always: true,
      run: () => { close(); void navigate({ to: "/search", search: { q: query } }); } }] : [];
    return [...kept.slice(0, 40), ...all];
  }, [t, navigate, id, map, found.data, typed, close]);
}

const close = (): void => layer.set(null);

export default function Palette() {
  const t = useT();
  const list = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const rows = useRows(typed, close);
  const index = Math.min(at, Math.max(0, rows.length - 1));
  function onKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((index + 1) % rows.length);
    else if (event.key === "ArrowUp") setAt((index - 1 + rows.length) % rows.length);
    else if (event.key === "Enter") rows[index]?.run();
    else return;
    event.preventDefault();
    requestAnimationFrame(() => document.querySelector(`[data-row="on"]`)?.scrollIntoView({ block: "nearest" }));
  }
  let group = "";
  return (
    <Dialog onClose={close} withCloseButton={false} padding={0} size={600} yOffset="12vh" attributes={{ content: { "aria-label": t("palette.title") } }}>
      <div className={css.palette}>
        <div className={css.top}>
          <IconSearch size={17} aria-hidden />
          <input data-autofocus value={typed} placeholder={t("palette.placeholder")} aria-label={t("palette.title")} role="combobox" aria-expanded={rows.length > 0}
            aria-controls={list} aria-autocomplete="list" aria-activedescendant={rows[index] ? `${list}-${index}` : undefined} autoComplete="off"
            onChange={(event) => { setTyped(event.target.value); setAt(0); }} onKeyDown={onKey} />
          <Cap keys="escape" />
        </div>
        <ul id={list} role="listbox" aria-label={t("palette.title")} className={`${css.rows} scroll`} hidden={rows.length === 0}>
          {rows.map((row, place) => {
            const heading = row.group && row.group !== group ? (group = row.group) : null;
            return [
              heading ? <li key={`g${heading}`} role="presentation" className={css.group}>{heading}</li> : null,
              <li key={row.id} id={`${list}-${place}`} role="option" aria-selected={place === index} data-row={place === index ? "on" : undefined}
                className={css.row} onMouseMove={() => setAt(place)} onClick={row.run}>
                <span className={css.icon}>{row.icon ?? <IconArrowUp size={15} style={{ transform: "rotate(90deg)" }} />}</span>
                <span className={`${css.label} cut`}>{row.label}</span>
                {row.hint ? <span className={`${css.hint} cut`}>{row.hint}</span> : null}
                {row.keys ? <Cap keys={row.keys} /> : null}
              </li>,
            ];
          })}
        </ul>
        <p role="status">{rows.length === 0 ? <span className={css.none}>{t("palette.empty")}</span> : null}</p>
      </div>
    </Dialog>
  );
}
