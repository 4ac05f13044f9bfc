/** What somebody came for, and a name; the rest is optional and folded away. */

import { h } from "preact";
import { useState } from "preact/hooks";
import type { Problem, Queue, Wish } from "./protocol";
import { minutes, type T, type TextKey } from "./t";

type Props = {
  readonly t: T;
  readonly topics: readonly string[];
  readonly queue: Queue | undefined;
  readonly isKiosk: boolean;
  readonly problem: Problem | undefined;
  readonly isBusy: boolean;
  readonly take: (wish: Omit<Wish, "client_id">) => void;
  readonly back?: () => void;
};

const PROBLEMS: Readonly<Record<Problem, TextKey>> = {
  unreachable: "problem_unreachable",
  "queue-closed": "closed",
  "queue-full": "problem_full",
  "rate-limited": "problem_often",
  "handed-over": "problem_handed_over",
  other: "problem_other",
};

export function problemText(t: T, problem: Problem): string {
  return t(PROBLEMS[problem]);
}

/** How the queue stands, in one line; nothing is said that was not measured. */
export function Standing({ t, queue }: { readonly t: T; readonly queue: Queue | undefined }) {
  if (!queue) return <p class="standing">{"\u00a0"}</p>;
  const wait = queue.wait_s === null || !queue.is_open ? "" : ` · ${minutes(t, queue.wait_s)}`;
  return (
    <p class="standing">
      {queue.waiting ? t("people_waiting", { count: queue.waiting }) : t("people_none")}
      {wait}
    </p>
  );
}

export function Form({ t, topics, queue, isKiosk, problem, isBusy, take, back }: Props) {
  const [topic, setTopic] = useState("");
  const [own, setOwn] = useState(topics.length === 0);
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [email, setEmail] = useState("");
  const off = isKiosk ? "off" : undefined;
  const choose = (given: string, isOwn: boolean) => {
    setTopic(given);
    setOwn(isOwn);
  };
  return (
    <form
      class="ask"
      autocomplete={isKiosk ? "off" : "on"}
      onSubmit={(event) => {
        event.preventDefault();
        if (topic.trim() && !isBusy) take({ topic: topic.trim(), name: name.trim(), phone: phone.trim(), email: email.trim() });
      }}
    >
      <fieldset>
        <legend>{t("topic")}</legend>
        {topics.length > 0 && (
          <div class="topics">
            {topics.map((each) => (
              <label key={each} class="topic">
                <input type="radio" name="topic" checked={!own && topic === each} onChange={() => choose(each, false)} />
                <span>{each}</span>
              </label>
            ))}
            <label class="topic">
              <input type="radio" name="topic" checked={own} onChange={() => choose("", true)} />
              <span>{t("topic_other")}</span>
            </label>
          </div>
        )}
        {own && (
          <textarea
            rows={2}
            maxLength={200}
            value={topic}
            aria-label={t("topic_own")}
            placeholder={t("topic_own")}
            autocomplete="off"
            onInput={(event) => setTopic(event.currentTarget.value)}
          />
        )}
      </fieldset>
      <label class="field">
        <span>{t("name")}</span>
        <input maxLength={100} value={name} autocomplete={off ?? "given-name"} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      {!isKiosk && (
        <details>
          <summary>{t("reach_you")}</summary>
          <label class="field">
            <span>{t("phone")}</span>
            <input type="tel" maxLength={100} value={phone} autocomplete="tel" onInput={(event) => setPhone(event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>{t("email")}</span>
            <input type="email" maxLength={320} value={email} autocomplete="email" onInput={(event) => setEmail(event.currentTarget.value)} />
          </label>
        </details>
      )}
      <p class="problem" role="alert">
        {problem && problemText(t, problem)}
      </p>
      <div class="acts">
        {back && (
          <button type="button" class="plain" onClick={back}>
            {t("back")}
          </button>
        )}
        <button type="submit" class="main" disabled={!topic.trim() || isBusy || queue?.is_open === false}>
          {t("take")}
        </button>
      </div>
      {queue?.is_open === false && !problem && <p class="note">{t("closed")}</p>}
    </form>
  );
}
