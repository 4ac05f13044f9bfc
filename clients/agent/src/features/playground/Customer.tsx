/** The customer's side: a page with the chat widget, or a mail client. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "@lib/i18n";
import { isChat } from "@lib/model";
import { inboxesQuery, useChannels } from "@lib/queries";
import { Empty } from "@ui/Empty";
import { IconMail, IconMessageCircle } from "@ui/icons";
import { MailClient } from "./MailClient";
import css from "./Playground.module.css";

export function Customer() {
  const t = useT();
  const [tab, setTab] = useState<"chat" | "mail">("chat");
  const { data: inboxes } = useQuery(inboxesQuery);
  const channels = useChannels();
  const chat = inboxes?.flatMap((one) => one.accounts).find((one) => isChat(channels.get(one.channel)));
  return (
    <section className={css.customer} aria-label={t("play.customer")}>
      <header className={css.head}>
        <h2>{t("play.customer")}</h2>
        <div role="tablist" aria-label={t("play.customer")} className={css.tabs}>
          {(["chat", "mail"] as const).map((one) => (
            <button key={one} type="button" role="tab" id={`play-${one}`} aria-selected={tab === one} aria-controls="play-panel" tabIndex={tab === one ? 0 : -1}
              onClick={() => setTab(one)} onKeyDown={(event) => {
                if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
                const other = one === "chat" ? "mail" : "chat";
                setTab(other);
                document.getElementById(`play-${other}`)?.focus();
              }}>
              {one === "chat" ? <IconMessageCircle size={15} aria-hidden /> : <IconMail size={15} aria-hidden />}{t(`play.${one}`)}
            </button>
          ))}
        </div>
      </header>
      <div id="play-panel" role="tabpanel" aria-labelledby={`play-${tab}`} className={`${css.panel} scroll`}>
        {tab === "mail" ? <MailClient /> : chat ? (
          <iframe className={css.frame} src={`/demo?account=${chat.id}`} title={t("play.chat_frame")} />
        ) : <Empty drawing="thread" title={t("play.no_chat")} />}
      </div>
    </section>
  );
}
