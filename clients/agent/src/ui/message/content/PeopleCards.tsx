/** Address cards somebody shared. */
import type { People, Person } from "@shared/content";
import { useT } from "@lib/i18n";
import { Avatar } from "../../Avatar";
import css from "./Content.module.css";

export function PeopleCards({ content }: { content: People }) {
  return <div className={css.stack}>{content.people.map((one, index) => <Card key={index} person={one} />)}</div>;
}

function Card({ person }: { person: Person }) {
  const t = useT();
  const name = person.name || t("content.unnamed");
  return (
    <div className={`${css.card} ${css.person}`}>
      <Avatar name={name} size={36} />
      <div className={css.facts}>
        <b dir="auto">{name}</b>
        {person.company ? <span dir="auto">{person.company}</span> : null}
        {person.phones?.map((one) => <a key={one} className={css.link} href={`tel:${one.replaceAll(/[^\d+*#]/g, "")}`}>{one}</a>)}
        {person.emails?.map((one) => <a key={one} className={css.link} href={`mailto:${encodeURIComponent(one)}`}>{one}</a>)}
      </div>
    </div>
  );
}
