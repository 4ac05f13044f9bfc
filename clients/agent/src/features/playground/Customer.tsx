/** The contact's side: a page with the chat widget, a mail client, a shop's page, and a phone for each simulated account. */
import { useQuery } from "@tanstack/react-query";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { useT } from "@lib/i18n";
import { isWidget } from "@lib/model";
import { inboxesQuery, useChannels } from "@lib/queries";
import { Bead, useChannelName } from "@ui/Bead";
import { Empty } from "@ui/Empty";
import { IconMail, IconMessageCircle, IconPlus } from "@ui/icons";
import { AddPhone } from "./AddPhone";
import { MailClient } from "./MailClient";
import { Phones } from "./Phones";
import { ShopPhone } from "./ShopPhone";
import css from "./Playground.module.css";

interface Tab { id: string; label: string; icon: ReactNode }

export function Customer() {
  const t = useT();
  const named = useChannelName();
  const [chosen, setChosen] = useState("chat");
  const { data: inboxes } = useQuery(inboxesQuery);
  const channels = useChannels();
  const accounts = inboxes?.flatMap((one) => one.accounts) ?? [];
  const chat = accounts.find((one) => isWidget(channels.get(one.channel)));
  const phones = accounts.filter((one) => one.is_sandbox && one.state !== "off");
  const shops = accounts.filter((one) => channels.get(one.channel)?.features.includes("visits") && one.state !== "off");
  /** Two accounts of one channel are told apart by their own names, else by their place. */
  const labelOf = (one: (typeof phones)[number]): string => {
    const alike = [...shops, ...phones].filter((phone) => phone.channel === one.channel);
    if (alike.length === 1) return named(one.channel);
    const twins = alike.filter((phone) => phone.name === one.name);
    const own = one.name && twins.length === 1 ? one.name : [one.name, alike.indexOf(one) + 1].filter(Boolean).join(" ");
    return `${named(one.channel)} · ${own}`;
  };
  const missing = [...channels.values()].filter((one) => one.has_simulator && !phones.some((phone) => phone.channel === one.id));
  const tabs: Tab[] = [
    { id: "chat", label: t("play.chat"), icon: <IconMessageCircle size={15} aria-hidden /> },
    { id: "mail", label: t("play.mail"), icon: <IconMail size={15} aria-hidden /> },
    ...[...shops, ...phones].map((one) => ({ id: one.id, label: labelOf(one), icon: <Bead channel={one.channel} size={18} /> })),
    ...(missing.length ? [{ id: "add", label: t("play.add"), icon: <IconPlus size={15} aria-hidden /> }] : []),
  ];
  const shop = shops.find((one) => one.id === chosen);
  const tab = tabs.some((one) => one.id === chosen) ? chosen : "chat";
  function walk(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const next = tabs[(tabs.findIndex((one) => one.id === tab) + step + tabs.length) % tabs.length]!;
    setChosen(next.id);
    document.getElementById(`play-${next.id}`)?.focus();
  }
  return (
    <section className={css.customer} aria-label={t("play.customer")}>
      <header className={css.head}>
        <h2>{t("play.customer")}</h2>
        <div role="tablist" aria-label={t("play.customer")} className={css.tabs}>
          {tabs.map((one) => (
            <button key={one.id} type="button" role="tab" id={`play-${one.id}`} aria-selected={tab === one.id} aria-controls="play-panel" tabIndex={tab === one.id ? 0 : -1}
              aria-label={one.label} title={one.label} onClick={() => setChosen(one.id)} onKeyDown={walk}>
              {one.icon}<span className={css.label}>{one.label}</span>
            </button>
          ))}
        </div>
      </header>
      <div id="play-panel" role="tabpanel" aria-labelledby={`play-${tab}`} className={`${css.panel} scroll`}>
        {tab === "mail" ? <MailClient />
          : tab === "add" ? <AddPhone missing={missing} onMade={(made) => setChosen(made.id)} />
            : shop ? <ShopPhone key={tab} account={shop} />
              : tab !== "chat" ? <Phones key={tab} account={tab} />
                : chat ? <iframe className={css.frame} src={`/demo?account=${chat.id}`} title={t("play.chat_frame")} />
                  : <Empty drawing="thread" title={t("play.no_chat")} />}
      </div>
    </section>
  );
}
