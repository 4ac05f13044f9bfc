/** One person: the whole thread over all channels, and who it is. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "@lib/api";
import { useT } from "@lib/i18n";
import { contactQuery } from "@lib/queries";
import { say } from "@lib/toasts";
import { Failed } from "@ui/Empty";
import { IconArrowLeft } from "@ui/icons";
import css from "./Contacts.module.css";
import { ContactPanel } from "./ContactPanel";
import { Timeline } from "./Timeline";

export function ContactPage() {
  const t = useT();
  const navigate = useNavigate();
  const { id = "" } = useParams({ strict: false });
  const contact = useQuery(contactQuery(id));
  const merged = contact.error instanceof ApiError && contact.error.status === 410 ? contact.error.problem.params?.["merged_into"] : undefined;
  useEffect(() => {
    if (typeof merged !== "string") return;
    say(t("contacts.merged_away"));
    void navigate({ to: "/contacts/$id", params: { id: merged }, replace: true });
  }, [merged, navigate, t]);
  if (contact.isError && !merged) return <div className={css.gone}><Failed what={t("panel.error")} error={contact.error} retry={() => void contact.refetch()} /></div>;
  return (
    <div className={css.contact}>
      <div className={css.back}><Link to="/contacts" search={{}} className={css.name}><IconArrowLeft size={15} aria-hidden /> {t("contacts.title")}</Link></div>
      <div className={`${css.stream} scroll`}>
        <Timeline id={id} name={contact.data?.name ?? ""} />
      </div>
      <aside className={`${css.side} scroll`} aria-label={t("panel.label")}><ContactPanel id={id} /></aside>
    </div>
  );
}
