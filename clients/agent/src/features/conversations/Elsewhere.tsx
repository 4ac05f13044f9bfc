/** The conversation goes on elsewhere: choose where, then hand over a link, a code or a QR code. */
import type { Conversation, Page } from "@shared/types";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, newId } from "@lib/api";
import { cache } from "@lib/cache";
import { reasonOf, sayOr, tellIn, useT } from "@lib/i18n";
import type { Elsewhere as Place, Offer } from "@lib/model";
import { contactQuery } from "@lib/queries";
import { say } from "@lib/toasts";
import { Bead, useChannelName } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Dialog } from "@ui/Dialog";
import { Bones, Empty, Failed } from "@ui/Empty";
import { IconRefresh, IconSend } from "@ui/icons";
import { Qr } from "@ui/Qr";
import { Copyable } from "@ui/Secret";
import { Time } from "@ui/Time";
import css from "./Elsewhere.module.css";

export default function Elsewhere({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const t = useT();
  const nameOf = useChannelName();
  const places = useQuery({
    queryKey: ["elsewhere", conversation.id],
    queryFn: ({ signal }) => api.get<Page<Place>>(`/conversations/${conversation.id}/elsewhere`, {}, signal),
  });
  const offer = useMutation({
    mutationFn: (account: string) => api.post<Offer>(`/conversations/${conversation.id}/crossings`, { account_id: account }),
  });
  const { mutate } = offer;
  const only = places.data?.items.length === 1 ? places.data.items[0]!.account_id : null;
  useEffect(() => { if (only) mutate(only); }, [only, mutate]);
  const name = conversation.contact.name || t("common.unnamed");
  const made = offer.data;

  async function send(): Promise<void> {
    if (!made) return;
    try {
      const contact = await cache.ensureQueryData(contactQuery(conversation.contact.id)).catch(() => null);
      const theirs = await tellIn(contact?.locale ?? "");
      const channel = sayOr(theirs, `channel.${made.channel}.name`, nameOf(made.channel));
      const text = theirs("elsewhere.invite", { channel, link: made.link, code: made.code });
      await api.post(`/conversations/${conversation.id}/messages`, { kind: "reply", text, client_id: newId() });
      say(t("elsewhere.done"));
      onClose();
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
  }

  return (
    <Dialog onClose={onClose} title={t("elsewhere.title")} size={560}>
      <p className={css.lead}>{t("elsewhere.lead", { name })}</p>
      {places.isPending ? <Bones rows={2} /> : null}
      {places.isError ? <Failed what={t("elsewhere.none")} error={places.error} retry={() => void places.refetch()} /> : null}
      {places.data?.items.length === 0 ? <Empty drawing="thread" title={t("elsewhere.none")}>{t("elsewhere.none_body")}</Empty> : null}
      <div className={css.where} role="group" aria-label={t("elsewhere.where")}>
        {places.data?.items.map((one) => (
          <button key={one.account_id} type="button" aria-pressed={made?.account_id === one.account_id} onClick={() => mutate(one.account_id)}>
            <Bead channel={one.channel} size={18} /><span className="cut">{nameOf(one.channel)}</span>
            <em className="cut">{one.is_sandbox ? t("nav.playground") : one.account_name}</em>
          </button>
        ))}
      </div>
      {offer.isError ? <p role="alert" className={css.error}>{reasonOf(t, offer.error)}</p> : null}
      {made ? (
        <div className={css.offer}>
          {made.qr ? <Qr rows={made.qr} label={t("elsewhere.qr")} /> : null}
          <div className={css.words}>
            <Copyable label={t("elsewhere.link")} text={made.link} />
            <Copyable label={t("elsewhere.code")} text={made.code} />
            {made.is_sandbox ? <p>{t("elsewhere.sandbox")}</p> : null}
            <p className={css.small}><Expiry at={made.expires_at} /> {t("elsewhere.possession")}</p>
          </div>
        </div>
      ) : null}
      {made ? (
        <p className={css.foot}>
          <Button kind="quiet" icon={<IconRefresh size={15} />} busy={offer.isPending} onClick={() => mutate(made.account_id)}>{t("elsewhere.again")}</Button>
          <Button kind="primary" icon={<IconSend size={15} />} onClick={() => void send()}>{t("elsewhere.send")}</Button>
        </p>
      ) : null}
    </Dialog>
  );
}

function Expiry({ at }: { at: string }) {
  const t = useT();
  const [before, after] = t("elsewhere.expires", { time: "\u0000" }).split("\u0000");
  return <>{before}<Time at={at} as="moment" />{after}</>;
}
