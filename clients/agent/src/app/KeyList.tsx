/** Every key, as it is set now. */
import { Link } from "@tanstack/react-router";
import { useT } from "@lib/i18n";
import { AREAS, keymap } from "@lib/keys";
import { layer } from "@lib/layers";
import { useStore } from "@lib/store";
import { Cap } from "@ui/Button";
import { Dialog } from "@ui/Dialog";
import css from "./KeyList.module.css";

/** Everywhere else this is the browser's own, so it is no key of the map. */
const ALL = "mod+a";

export default function KeyList() {
  const t = useT();
  const { map } = useStore(keymap);
  const close = () => layer.set(null);
  return (
    <Dialog onClose={close} title={t("keys.title")} size={720}>
      <p className={css.lead}>{t("keys.lead")} <Link to="/settings/profile" onClick={close}>{t("nav.profile")}</Link></p>
      <div className={css.areas}>
        {AREAS.map((area) => (
          <section key={area.title}>
            <h3>{t(area.title)}</h3>
            <dl>
              {area.actions.map(([action, label]) => (
                <div key={action}><dt>{t(label)}</dt><dd>{map[action] ? <><Cap keys={map[action]} /><span className="hidden">{map[action]}</span></> : t("common.off")}</dd></div>
              ))}
              {area.title === "keys.list" ? <div><dt>{t("keys.select_all")}</dt><dd><Cap keys={ALL} /><span className="hidden">{ALL}</span></dd></div> : null}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
