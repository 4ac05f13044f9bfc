/** The panel: who answers and when, the thread, the place to write. */

import { h } from "preact";
import type { Expectation } from "../protocol";
import type { T } from "../t";
import type * as Files from "../files";
import type * as Talk from "../talk";
import { Composer } from "./Composer";
import { Icon } from "./icons";
import { Leaving } from "./Leaving";
import type { View } from "./ui";

type Props = { readonly view: View; readonly talk: typeof Talk | undefined; readonly files: typeof Files | undefined };

/** talk: draws what was said; undefined until there is something said. files: the same of attachments. */
export function App({ view, talk, files }: Props) {
  const { state, ui, close, t } = view;
  const { config, expectation, outbox } = state;
  // Another tab may put back what this one has shown already: nothing is drawn twice.
  const said = new Set(state.thread.messages.map((each) => each.client_id));
  return (
    <div
      class="panel"
      role="dialog"
      aria-labelledby="title"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.isComposing) close();
      }}
    >
      <header>
        {config.logo && <img src={config.logo} alt="" width="36" height="36" referrerpolicy="no-referrer" />}
        <div>
          <h1 id="title">{config.title}</h1>
          <p class="promise" data-online={expectation?.online}>
            {expectation ? promise(expectation, t) : "\u00a0"}
          </p>
        </div>
        {talk && <talk.More view={view} />}
        <button type="button" class="quiet" aria-label={t("close")} title={t("close")} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div class="middle">
        <div class="log" role="log" aria-label={t("log")} tabIndex={0} onScroll={(event) => talk?.scrolled(event.currentTarget, view)}>
          {talk && <talk.Older view={view} />}
          <ol>
            {!state.hasOlder && (
              <li class="theirs hello">
                <span class="bead" aria-hidden="true">
                  {config.title.charAt(0)}
                </span>
                <p class="body">{config.greeting[t.locale] || t("greeting")}</p>
              </li>
            )}
            {talk && <talk.Said view={view} />}
            {outbox.map((entry) => said.has(entry.client_id) || <Leaving key={entry.client_id} entry={entry} view={view} />)}
            {talk && <talk.Writing view={view} />}
          </ol>
          {talk && <talk.After view={view} />}
        </div>
        {talk && <talk.Below view={view} />}
      </div>
      <p class="bar" role="status">
        {state.phase === "unreachable" ? t("unreachable") : state.phase === "ready" && !state.isUp ? t("offline") : ui.notice}
      </p>
      {ui.foot ? <ui.foot view={view} /> : <Composer view={view} files={files} />}
    </div>
  );
}

/** What one may expect, in the words of the truth: somebody is here, back when, how long answers really took. */
function promise({ online, reply_s: seconds, back_at }: Expectation, t: T): string {
  if (!online && back_at) return t("back", { when: moment(new Date(back_at), t.locale) });
  const units = [
    ["reply_minutes", 60],
    ["reply_hours", 3600],
    ["reply_days", 86_400],
  ] as const;
  const [key, unit] = units.findLast(([, each]) => (seconds ?? 0) >= each) ?? units[0];
  const wait = seconds === null ? "" : t(key, { count: Math.max(1, Math.ceil(seconds / unit)) });
  if (online) return [t("online"), wait].filter(Boolean).join(" · ");
  return wait ? wait.charAt(0).toUpperCase() + wait.slice(1) : t("away");
}

/** The hour today, the day and the hour later on, by the visitor's own clock. */
function moment(at: Date, locale: string): string {
  const isToday = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", ...(isToday ? {} : { weekday: "long" }) }).format(at);
}
