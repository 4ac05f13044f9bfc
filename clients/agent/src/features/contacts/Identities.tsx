/** The addresses of a person, and which of them are proven. */
import { useT } from "@lib/i18n";
import type { Contact, Identity } from "@lib/model";
import { useCan } from "@lib/queries";
import { IconCircleCheck, IconHash, IconMail, IconMessageCircle, IconPhone, IconUserPlus } from "@ui/icons";
import css from "./InPlace.module.css";
import { unlink } from "./links";

const ICONS = { email: IconMail, phone: IconPhone, visitor: IconMessageCircle, external: IconHash };

function shown(one: Identity): string {
  return one.kind === "visitor" && one.value.length > 12 ? `${one.value.slice(0, 8)}…` : one.value;
}

export function Identities({ contact }: { contact: Contact }) {
  const t = useT();
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
            <em>{one.by_code ? t("identity.by_code") : one.kind === "visitor" || one.kind === "external" ? t(`identity.${one.kind}`) : null}
              {one.verified ? <IconCircleCheck size={15} role="img" aria-label={t("panel.verified")} title={t("panel.verified")} /> : null}
              {mayPart ? <button type="button" className={css.remove} title={t("panel.unlink", { value: shown(one) })} aria-label={t("panel.unlink", { value: shown(one) })}
                onClick={() => void unlink(contact, one)}><IconUserPlus size={15} /></button> : null}</em>
          </li>
        );
      })}
    </ul>
  );
}
