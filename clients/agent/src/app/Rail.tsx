/** The rail: where one can go, with what waits there. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { useT } from "@lib/i18n";
import { forgetPerson, leaveLater } from "@lib/kept";
import { beginOutbox } from "@lib/outbox";
import { keymap } from "@lib/keys";
import { layer } from "@lib/layers";
import { connected, signedOut } from "@lib/live";
import { prefer, themeOf } from "@lib/prefs";
import { countsQuery, useChannelsInUse, useMe } from "@lib/queries";
import { useStore } from "@lib/store";
import { Avatar } from "@ui/Avatar";
import { IconButton } from "@ui/Button";
import { IconFlask, IconInbox, IconKeyboard, IconLogout, IconMoon, IconSearch, IconSettings, IconShoppingBag, IconSun, IconUser, IconUsers } from "@ui/icons";
import { Logo } from "@ui/Logo";
import { Menu } from "@ui/Menu";
import css from "./Rail.module.css";

const PLACES = [
  ["/inbox", "nav.inbox", IconInbox], ["/contacts", "nav.contacts", IconUsers], ["/search", "nav.search", IconSearch],
  ["/queue", "nav.queue", IconShoppingBag],
  ["/playground", "nav.playground", IconFlask], ["/settings", "nav.settings", IconSettings],
] as const;

export function Rail() {
  const t = useT();
  const { data: counts } = useQuery(countsQuery);
  const { map } = useStore(keymap);
  const hasShops = useChannelsInUse("visits");
  const unread = counts?.mine_unread ?? 0;
  return (
    <nav className={css.rail} aria-label={t("nav.main")}>
      <button type="button" className={css.logo} aria-label={t("nav.commands")} title={t("nav.commands")} onClick={() => layer.set("palette")}><Logo /></button>
      {PLACES.filter(([to]) => to !== "/queue" || hasShops).map(([to, label, Icon]) => (
        <Link key={to} to={to} className={css.place} activeProps={{ "aria-current": "page" }} title={t(label)}>
          <Icon size={20} stroke={1.7} aria-hidden />
          <span className={css.label}>{t(label)}</span>
          {to === "/inbox" && unread > 0 ? <em aria-label={`${unread} ${t("list.unread")}`}>{unread > 99 ? "99+" : unread}</em> : null}
        </Link>
      ))}
      <span className={css.gap} />
      <IconButton label={t("nav.help")} keys={map.help} onClick={() => layer.set("keys")} className={css.keys}><IconKeyboard size={18} stroke={1.7} /></IconButton>
      <Self />
    </nav>
  );
}

function Self() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const live = useStore(connected);
  const theme = useStore(themeOf);
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

  async function signOut(): Promise<void> {
    await api.delete("/session").catch(leaveLater);
    signedOut();
    void beginOutbox(null);
    cache.clear();
    await forgetPerson();
    await navigate({ to: "/sign-in", search: {} });
  }
  return (
    <Menu label={me.agent.name} side="right" heading={`${me.agent.name} · ${me.workspace.name}`} trigger={
      <button type="button" className={css.self} data-live={live === true} aria-label={me.agent.name} title={live === false ? t("app.reconnecting") : me.agent.name}>
        <Avatar name={me.agent.name || me.agent.email} size={30} />
      </button>
    } items={[
      { label: t("nav.profile"), icon: <IconUser size={16} />, run: () => void navigate({ to: "/settings/profile" }) },
      { label: t(dark ? "profile.theme_light" : "profile.theme_dark"), icon: dark ? <IconSun size={16} /> : <IconMoon size={16} />,
        run: () => void prefer({ theme: dark ? "light" : "dark" }).catch(() => undefined) },
      { label: t("nav.sign_out"), icon: <IconLogout size={16} />, run: () => void signOut() },
    ]} />
  );
}
