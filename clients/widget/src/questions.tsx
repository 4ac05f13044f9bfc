/** What the company asks before the first message, in the composer's place. Loaded only where it asks. */

import { h } from "preact";
import type { Posed } from "./protocol";
import css from "./questions.css?inline";
import type { TextKey } from "./t";
import { adopt } from "./ui/adopt";
import type { View } from "./ui/ui";

adopt(css);

// The same as the server's; it has the last word.
const SHAPES = { email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, phone: /^\+?(?=(?:\D*\d){6})[\d\s().-]{6,30}$/ };
const WORDS = { name: "ask_name", email: "email", phone: "ask_phone" } as const;
const WRONG = { email: "email_wrong", phone: "phone_wrong" } as const;
const COMPLETE = { name: "name", email: "email", phone: "tel" } as const;

let asked: readonly Posed[] = [];
let wrong: Readonly<Record<string, TextKey>> = {};

type Given = Readonly<Record<string, string>>;

/** What is wrong with the answers, by name. */
export function check(questions: readonly Posed[], given: Given): Readonly<Record<string, TextKey>> {
  return Object.fromEntries(
    questions.flatMap(({ name, kind, required }): [string, TextKey][] => {
      const answer = given[name]?.trim() ?? "";
      if (!answer) return required ? [[name, "ask_missing"]] : [];
      if (kind !== "email" && kind !== "phone") return [];
      return SHAPES[kind].test(answer) ? [] : [[name, WRONG[kind]]];
    }),
  );
}

/** Asks these, or nothing any more; what is written already stays. */
export function pose(questions: readonly Posed[], { ui, set }: View): void {
  asked = questions;
  const hadFocus = document.activeElement?.matches("textarea");
  if (asked[0] || ui.foot === Questions) set({ foot: asked[0] && Questions });
  if (asked[0] && hadFocus) document.querySelector<HTMLElement>(".questions input, .questions select")?.focus();
}

function Questions({ view }: { readonly view: View }) {
  const { chat, set, t } = view;
  const submit = async (form: HTMLFormElement) => {
    const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    wrong = check(asked, given);
    if (Object.keys(wrong).length === 0) {
      const answer = await chat.doors.post("answers", { answers: given });
      // Without network the answers wait with the first message.
      if (answer?.status === 422) wrong = refused(await answer.json());
    }
    const isFine = Object.keys(wrong).length === 0;
    if (isFine) {
      chat.keep("answers", JSON.stringify(given));
      if (given.email) chat.keep("email", given.email);
      chat.set({ email: chat.kept("email") });
    }
    set(isFine ? { foot: undefined } : {});
    const next = !isFine ? form.querySelector<HTMLElement>("[aria-invalid=true]") : document.querySelector("textarea");
    next?.focus();
  };
  return (
    <form
      class="questions"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <h2>{t("ask_first")}</h2>
      {asked.map((each) => (
        <Asked key={each.name} question={each} t={t} />
      ))}
      <button type="submit">{t("ask_begin")}</button>
    </form>
  );
}

/** The server's word on each answer it did not take. */
function refused(problem: { readonly errors?: readonly { readonly field: string }[] }): Readonly<Record<string, TextKey>> {
  return Object.fromEntries((problem.errors ?? []).map(({ field }): [string, TextKey] => [field.replace("answers.", ""), "ask_wrong"]));
}

function Asked({ question, t }: { readonly question: Posed; readonly t: View["t"] }) {
  const { name, kind, required, options } = question;
  const own = kind === "text" || kind === "choice" ? "" : t(WORDS[kind]);
  const label = question.label || own;
  const fault = wrong[name];
  const id = `ask-${name}`;
  const about = { id, name, required, "aria-invalid": Boolean(fault), "aria-describedby": fault ? `${id}-wrong` : undefined };
  const type = kind === "email" ? "email" : kind === "phone" ? "tel" : "text";
  return (
    <div>
      <label for={id}>{required ? label : t("ask_optional", { label })}</label>
      {kind === "choice" ? (
        <select {...about}>
          <option value="">{t("ask_choose")}</option>
          {options.map((each) => (
            <option key={each.value} value={each.value}>
              {each.label}
            </option>
          ))}
        </select>
      ) : (
        h("input", { ...about, type, autocomplete: kind === "text" ? "off" : COMPLETE[kind], maxLength: 500 })
      )}
      {fault && (
        <p class="problem" id={`${id}-wrong`} role="alert">
          {t(fault)}
        </p>
      )}
    </div>
  );
}
