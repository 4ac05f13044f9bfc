/** Going on with what one said before: an address is proven by a code that is sent there. */

import { h } from "preact";
import { useState } from "preact/hooks";
import { Refused, type ShopDoors } from "./doors";
import type { T } from "./t";

export function Known({ t, doors, proven }: { readonly t: T; readonly doors: ShopDoors; readonly proven: () => void }) {
  const [email, setEmail] = useState("");
  const [code, setCode] = useState("");
  const [isSent, setSent] = useState(false);
  const [said, say] = useState("");
  const submit = async () => {
    say("");
    try {
      if (isSent) {
        await doors.prove(email, code);
        proven();
      } else if (await doors.sendCode(email, t.locale)) setSent(true);
      else say(t("code_unsent"));
    } catch (error) {
      const isOther = error instanceof Refused && error.problem === "other";
      say(isOther ? t(isSent ? "code_wrong" : "email_wrong") : t("problem_unreachable"));
    }
  };
  return (
    <details class="known">
      <summary>{t("known")}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p class="note">{isSent ? t("code_sent", { email }) : t("known_why")}</p>
        {isSent ? (
          <label class="field" key="code">
            <span>{t("code")}</span>
            <input value={code} autocomplete="one-time-code" autocapitalize="characters" maxLength={12} onInput={(event) => setCode(event.currentTarget.value)} />
          </label>
        ) : (
          <label class="field" key="email">
            <span>{t("email")}</span>
            <input type="email" required value={email} autocomplete="email" maxLength={320} onInput={(event) => setEmail(event.currentTarget.value)} />
          </label>
        )}
        <p class="problem" role="alert">
          {said}
        </p>
        <button type="submit" class="plain">
          {t(isSent ? "code_check" : "code_send")}
        </button>
      </form>
    </details>
  );
}
