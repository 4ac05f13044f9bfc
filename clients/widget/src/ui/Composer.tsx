/** Where the visitor writes. Enter sends, Shift and Enter breaks the line; an input method's Enter is its own. */

import { h } from "preact";
import type * as Files from "../files";
import { Icon } from "./icons";
import type { View } from "./ui";

/** files: draws what is attached; undefined until something is. */
export function Composer({ view, files }: { readonly view: View; readonly files: typeof Files | undefined }) {
  const { chat, state, ui, set, t } = view;
  const { limits } = state.config;
  const over = ui.text.length - limits.text_chars;
  const isReady = ui.picked.every((each) => each.stored);
  const maySend = (ui.text.trim() !== "" || ui.picked.length > 0) && over <= 0 && isReady;
  const attach = t("attach", { size: `${limits.file_bytes / 1e6} MB` });
  const say = over > 0 ? t("too_long", { count: over }) : ui.problem;

  const send = (form: HTMLFormElement) => {
    if (!maySend) return;
    chat.send(
      ui.text.trim(),
      ui.picked.flatMap((each) => each.stored ?? []),
    );
    set({ text: "", picked: [], problem: "" });
    const area = form.querySelector("textarea");
    area?.style.removeProperty("height");
    area?.focus();
  };
  const add = (chosen: FileList | undefined | null) => {
    if (chosen?.length) view.attach([...chosen]);
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send(event.currentTarget);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        add(event.dataTransfer?.files);
      }}
    >
      {files && <files.Picked view={view} />}
      {say && (
        <p class="problem" role="alert">
          {say}
        </p>
      )}
      <div class="row">
        <label class="quiet" title={attach}>
          <input
            type="file"
            multiple
            class="hidden"
            aria-label={attach}
            onChange={(event) => {
              add(event.currentTarget.files);
              event.currentTarget.value = "";
            }}
          />
          <Icon name="clip" />
        </label>
        <textarea
          rows={1}
          value={ui.text}
          placeholder={t("write")}
          aria-label={t("write")}
          onInput={({ currentTarget: area }) => {
            area.style.height = "auto";
            area.style.height = `${area.scrollHeight}px`;
            set({ text: area.value });
            chat.typed();
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData?.files;
            if (pasted?.length) event.preventDefault();
            add(pasted);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            if (event.currentTarget.form) send(event.currentTarget.form);
          }}
        />
        {ui.tool && <ui.tool view={view} />}
        <button type="submit" class="send" aria-label={t("send")} disabled={!maySend}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
