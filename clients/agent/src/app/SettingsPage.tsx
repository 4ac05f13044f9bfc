/** Settings: the pages at the left, the chosen one beside them. */
import type { Key } from "@shared/t";
import { Link, Navigate, Outlet, useMatches } from "@tanstack/react-router";
import { useT } from "@lib/i18n";
import { useRoom } from "@lib/media";
import { useMe } from "@lib/queries";
import { IconArrowLeft, IconBolt, IconKey, IconMessageCircle, IconPlug, IconShieldX, IconTag, IconUser, IconUsers, IconUsersGroup, IconWorld } from "@ui/icons";
import css from "./SettingsPage.module.css";

const GROUPS = [
  { title: "settings.group_channels", pages: [
    ["/settings/inboxes", "settings.inboxes", IconPlug, "inbox:read"], ["/settings/widget", "settings.widget", IconMessageCircle, "inbox:read"],
    ["/settings/quarantine", "settings.quarantine", IconShieldX, "quarantine:read"]] },
  { title: "settings.group_people", pages: [
    ["/settings/agents", "settings.agents", IconUsers, "agent:read"], ["/settings/teams", "settings.teams", IconUsersGroup, "agent:read"],
    ["/settings/profile", "settings.profile", IconUser, null]] },
  { title: "settings.group_work", pages: [
    ["/settings/macros", "settings.macros", IconBolt, "macro:use"], ["/settings/tags", "settings.tags", IconTag, "conversation:read"], ["/settings/tokens", "settings.tokens", IconKey, "token:write"],
    ["/settings/workspace", "settings.workspace", IconWorld, "workspace:write"]] },
] as const;

export function SettingsPage() {
  const t = useT();
  const room = useRoom();
  const { permissions } = useMe();
  const inside = useMatches().some((one) => one.routeId.startsWith("/desk/settings/"));
  const may = (permission: string | null): boolean => !permission || permissions.includes(permission);
  if (!inside && room !== "one") return <Navigate to={may("inbox:write") ? "/settings/inboxes" : "/settings/profile"} replace />;
  return (
    <div className={css.settings} data-inside={inside} data-room={room}>
      {inside && room === "one" ? <Link to="/settings" className={css.back}><IconArrowLeft size={16} aria-hidden /> {t("settings.title")}</Link> : (
        <nav className={`${css.menu} scroll`} aria-label={t("settings.menu")}>
          <h1>{t("settings.title")}</h1>
          {GROUPS.map((group) => (
            <div key={group.title}>
              <p>{t(group.title as Key)}</p>
              {group.pages.filter(([, , , permission]) => may(permission)).map(([to, label, Icon]) => (
                <Link key={to} to={to} className={css.place} activeProps={{ "aria-current": "page" }}><Icon size={17} stroke={1.7} aria-hidden />{t(label)}</Link>
              ))}
            </div>
          ))}
        </nav>
      )}
      {inside ? <div className={`${css.page} scroll`}><Outlet /></div> : null}
    </div>
  );
}
