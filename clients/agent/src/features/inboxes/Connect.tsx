/** Connecting a channel: choose it, fill what it needs, see its secret once. */
import { useState } from "react";
import type { Key } from "@shared/t";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, useT } from "@lib/i18n";
import type { Account, Channel } from "@lib/model";
import { useChannels } from "@lib/queries";
import { Bead, useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Dialog } from "@ui/Dialog";
import { Field } from "@ui/Field";
import { IconChevronRight } from "@ui/icons";
import { Copyable, Secret } from "@ui/Secret";
import { Sheet } from "@ui/Sheet";
import { Checks } from "./Checks";
import { readSettings } from "./form";
import css from "./Inboxes.module.css";
import { SettingFields } from "./SettingFields";
import { Webhook } from "./Webhook";

export function ChannelChoice({ onChoose }: { onChoose: (channel: Channel) => void }) {
  const t = useT();
  const nameOf = useChannelName();
  // What asks for least comes first: a newcomer can begin with it.
  const channels = [...useChannels().values()].sort((one, other) => asked(one) - asked(other));
  return (
    <ul className={css.channels}>
      {channels.map((one) => {
        const about = `channel.${one.id}.about`;
        return (
          <li key={one.id}>
            <button type="button" onClick={() => onChoose(one)}>
              <Bead channel={one.id} size={30} />
              <span className={css.words}><b>{nameOf(one.id)}</b>{t.has(about) ? <small>{t(about as Key)}</small> : null}</span>
              <IconChevronRight size={16} aria-hidden />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function asked(channel: Channel): number {
  return channel.settings.filter((setting) => setting.required).length;
}

export async function connect(inbox: string, channel: Channel, form: FormData): Promise<Account> {
  const name = String(form.get("account_name") ?? "").trim();
  const made = await api.post<Account>(`/inboxes/${inbox}/accounts`, {
    channel: channel.id, settings: readSettings(form, channel.settings), ...(name ? { name } : {}) });
  await cache.invalidateQueries({ queryKey: ["inboxes"] });
  return made;
}

export function Connect({ inbox, onClose }: { inbox: string; onClose: () => void }) {
  const t = useT();
  const nameOf = useChannelName();
  const channels = useChannels();
  const [channel, setChannel] = useState<Channel | null>(null);
  const [made, setMade] = useState<Account | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (made) {
    return (
      <Dialog onClose={onClose} title={t("account.created_title", { name: made.name || nameOf(made.channel) })} size={520}>
        <div className={css.made}>
          {made.secret ? <Secret title={t("account.secret_title")} body={t("account.secret_body")} text={made.secret} /> : null}
          {made.address ? <Copyable label={t("account.address")} text={made.address} /> : null}
          <Webhook account={made} />
          {channels.get(made.channel)?.connects ? <Checks account={made} onAccount={setMade} /> : null}
          <p className={css.end}><Button kind="primary" onClick={onClose}>{t("common.done")}</Button></p>
        </div>
      </Dialog>
    );
  }
  if (!channel) {
    return <Dialog onClose={onClose} title={t("account.choose")} size={460}><ChannelChoice onChoose={setChannel} /></Dialog>;
  }
  return (
    <Sheet title={`${t("account.connect")}: ${nameOf(channel.id)}`} submit={t("account.create")} size={520} onClose={onClose} onError={setError}
      onSubmit={async (form) => setMade(await connect(inbox, channel, form))}>
      <Field label={`${t("account.name")} (${t("common.optional")})`} name="account_name" maxLength={100} autoFocus />
      <SettingFields channel={channel} errors={fieldErrors(error)} />
    </Sheet>
  );
}
