/** Around every page: the way past the navigation. */
import { Outlet } from "@tanstack/react-router";
import { useT } from "@lib/i18n";
import css from "./Root.module.css";

export function Root() {
  const t = useT();
  return (
    <>
      <a href="#content" className={css.skip}>{t("app.skip_to_content")}</a>
      <Outlet />
    </>
  );
}
