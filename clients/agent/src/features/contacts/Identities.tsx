/** The addresses of a person, and which of them are proven. */
import { useQuery } from "@tanstack/react-query";
import { useT } from "@lib/i18n";
import type { Contact, Identity } from "@lib/model";
import { inboxesQuery, useCan } from "@lib/queries";
import { useChannelName } from "@ui/Bead";
import { IconCircleCheck, IconHash, IconMail, IconMessageCircle, IconPhone, IconUserPlus } from "@ui/icons";
import css from "./InPlace.module.css";
import { unlink } from "./links";

const ICONS = { email: IconMail, phone: IconPhone, visitor: IconMessageCircle, external: IconHash };

/** What a person reads: an address as it is; a made-up id by the account it belongs to, the id itself on hover. */
export function useShown(): (one: Identity) => string {
  const t = useT();
  const nameOf = useChannelName();
  const { data: inboxes } = useQuery(inboxesQuery);
  return (one) => {
    if (one.kind === "email" || one.kind === "phone") return one.value;
    const account = inboxes?.flatMap((each) => each.accounts).find((each) => each.id === one.scope);
    const kind = t(`identity.${one.kind}`);
    if (!account) return one.kind === "visitor" ? cap(kind) : one.value;
    return one.kind === "visitor" ? t("identity.visitor_of", { name: account.name || nameOf(account.channel) }) : nameOf(account.channel);
  };
}

const cap = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function Identities({ contact }: { contact: Contact }) {
  const t = useT();
  const shown = useShown();
  const mayPart = useCan("contact:merge") && contact.identities.length > 1;
  if (contact.identities.length === 0) return <p className={css.none}>{t("common.none")}</p>;
  return (
    <ul className={css.who}>
      {contact.identities.map((one) => {
        const Icon = ICONS[one.kind] ?? IconHash;
        return (
          <li key={one.id}>
            <Icon size={16} stroke={1.7} aria-hidden />
            <span className={css.value} title={one.value}>{shown(one)}</span>
            <em>{one.by_code ? t("identity.by_code") : one.kind === "external" ? <span className={css.id}>{one.value}</span> : null}
              {one.verified ? <IconCircleCheck size={15} role="img" aria-label={t("panel.verified")} title={t("panel.verified")} /> : null}
              {mayPart ? <button type="button" className={css.remove} title={t("panel.unlink", { value: shown(one) })} aria-label={t("panel.unlink", { value: shown(one) })}
                onClick={() => void unlink(contact, one)}><IconUserPlus size={15} /></button> : null}</em>
          </li>
        );
      })}
    </ul>
  );
}
