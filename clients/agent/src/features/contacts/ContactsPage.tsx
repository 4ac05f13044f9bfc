/** Everybody who ever wrote, and those one adds. */
import type { Page } from "@shared/types";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, useT } from "@lib/i18n";
import type { Contact } from "@lib/model";
import { useCan } from "@lib/queries";
import { say } from "@lib/toasts";
import { Avatar, faceOf } from "@ui/Avatar";
import { Button } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Field } from "@ui/Field";
import { IconSearch, IconUserPlus } from "@ui/icons";
import { Sheet } from "@ui/Sheet";
import { Time } from "@ui/Time";
import { languageName } from "./ContactPanel";
import css from "./Contacts.module.css";
import { useShown } from "./Identities";

export function ContactsPage() {
  const t = useT();
  const navigate = useNavigate();
  const { q } = useSearch({ from: "/desk/contacts" });
  const may = useCan("contact:write");
  const [typed, setTyped] = useState(q ?? "");
  const [adding, setAdding] = useState(false);
  const [asked] = useDebouncedValue(typed.trim(), 200);
  useEffect(() => {
    if (asked !== (q ?? "")) void navigate({ to: "/contacts", search: { q: asked || undefined }, replace: true });
  }, [asked, q, navigate]);
  const query = useInfiniteQuery({
    queryKey: ["contacts", { q: asked, list: true }], initialPageParam: null as string | null, getNextPageParam: (page: Page<Contact>) => page.next_cursor,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => api.get<Page<Contact>>("/contacts", { q: asked, cursor: pageParam, limit: 50 }, signal),
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const add = may ? <Button kind="primary" icon={<IconUserPlus size={16} />} onClick={() => setAdding(true)}>{t("contacts.new")}</Button> : null;
  return (
    <div className={`${css.page} scroll`}>
      <header className={css.head}>
        <h1>{t("contacts.title")}</h1>
        <label className={css.find}><IconSearch size={16} aria-hidden /><input type="search" value={typed} placeholder={t("contacts.find")} aria-label={t("contacts.find")} onChange={(event) => setTyped(event.target.value)} /></label>
        {add}
      </header>
      {query.isPending ? <Bones kind="row" rows={8} /> : null}
      {query.isError ? <Failed what={t("contacts.error")} error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && items.length === 0 ? (asked
        ? <Empty drawing="people" title={t("contacts.none_title", { query: asked })}>{t("contacts.none_body")}</Empty>
        : <Empty drawing="people" title={t("contacts.empty_title")} action={add}>{t("contacts.empty_body")}</Empty>) : null}
      {items.length ? <Rows items={items} /> : null}
      {query.hasNextPage ? <p className={css.more}><Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("common.show_more")}</Button></p> : null}
      {adding ? <NewContact onClose={() => setAdding(false)} /> : null}
    </div>
  );
}

function Rows({ items }: { items: readonly Contact[] }) {
  const t = useT();
  const shown = useShown();
  const reachedAt = (one: Contact): string => {
    const open = one.identities.filter((each) => each.kind === "email" || each.kind === "phone");
    return (open.length ? open : one.identities).slice(0, 2).map(shown).join(" · ");
  };
  return (
    <table className={css.table}>
      <thead><tr><th>{t("contacts.name")}</th><th className={css.apart}>{t("contacts.addresses")}</th><th className={css.wide}>{t("contacts.language")}</th><th className={css.end}>{t("contacts.changed")}</th></tr></thead>
      <tbody>
        {items.map((one) => (
          <tr key={one.id}>
            <td><Link to="/contacts/$id" params={{ id: one.id }} className={css.name}><Avatar name={one.name || "?"} size={28} face={faceOf(one)} /><span className={css.who}><span className="cut">{one.name || t("common.unnamed")}</span><small className="cut">{reachedAt(one)}</small></span></Link></td>
            <td className={`${css.muted} ${css.apart}`}>{reachedAt(one)}</td>
            <td className={`${css.muted} ${css.wide}`}>{languageName(t.locale, one.locale)}</td>
            <td className={`${css.muted} ${css.end}`}><Time at={one.updated_at} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NewContact({ onClose }: { onClose: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>(null);
  const errors = fieldErrors(error);
  const wrong = errors["value"];
  return (
    <Sheet title={t("contacts.new")} submit={t("common.add")} onClose={onClose} onError={setError} onSubmit={async (form) => {
      const identities = (["email", "phone"] as const).flatMap((kind) => {
        const value = String(form.get(kind) ?? "").trim();
        return value ? [{ kind, value }] : [];
      });
      const made = await api.post<Contact>("/contacts", { name: form.get("name"), identities });
      await cache.invalidateQueries({ queryKey: ["contacts"] });
      say(t("contacts.created"));
      await navigate({ to: "/contacts/$id", params: { id: made.id } });
    }}>
      <Field label={t("contacts.name")} name="name" required autoFocus maxLength={200} error={errors["name"]} />
      <Field label={`${t("contacts.email")} (${t("common.optional")})`} name="email" type="email" error={wrong} />
      <Field label={`${t("contacts.phone")} (${t("common.optional")})`} name="phone" type="tel" />
    </Sheet>
  );
}
