/** Files: images are made smaller in the browser, everything is uploaded before its message. Loaded on first use. */

import { h } from "preact";
import css from "./files.css?inline";
import { newId } from "./ids";
import { adopt } from "./ui/adopt";
import type { Sent } from "./outbox";
import { Icon } from "./ui/icons";
import type { Chosen, Ui, View } from "./ui/ui";
import { size } from "./ui/words";

adopt(css);

const LONGEST_SIDE = 2048;
const WORTH_BYTES = 400_000;
const QUALITY = 0.85;

/** Shows each file at once, uploads one after the other; what fails is told and dropped. */
export async function take(files: readonly File[], view: View): Promise<void> {
  const { chat, now, set, t } = view;
  const { limits } = chat.state.config;
  set({ problem: "" });
  const change = (picked: (all: Ui["picked"]) => Ui["picked"], problem = now().problem) => set({ picked: picked(now().picked), problem });
  for (const file of files.slice(0, limits.files - now().picked.length)) {
    const id = newId();
    const { name } = file;
    change((all) => [...all, { id, name }]);
    const content = await smaller(file);
    const stored = content.size > limits.file_bytes ? undefined : await upload(content, name, view);
    if (stored) change((all) => all.map((each) => (each.id === id ? { id, name, stored } : each)));
    else {
      const why = content.size > limits.file_bytes ? t("file_large", { name, size: size(limits.file_bytes, t.locale) }) : t("file_failed", { name });
      change((all) => all.filter((each) => each.id !== id), why);
    }
  }
}

async function upload(content: Blob, name: string, { chat }: View): Promise<Sent["files"][number] | undefined> {
  const answer = await chat.doors.post(`files?name=${encodeURIComponent(name)}`, content);
  return answer?.ok ? ((await answer.json()) as Sent["files"][number]) : undefined;
}

/** A photograph of at most 2,048 pixels a side; anything else, and what would not shrink, as it is. */
async function smaller(file: File): Promise<Blob> {
  if (!/^image\/(jpeg|webp|png)$/.test(file.type) || file.size < WORTH_BYTES) return file;
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return file;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, file.type, QUALITY);
  });
  return made && made.size < file.size ? made : file;
}

export function Picked({ view: { ui, now, set, t } }: { readonly view: View }) {
  if (ui.picked.length === 0) return null;
  const remove = (it: Chosen) => set({ picked: now().picked.filter((each) => each.id !== it.id) });
  return (
    <ul class="picked">
      {ui.picked.map((each) => (
        <li key={each.id} aria-busy={!each.stored}>
          <span>{each.name}</span>
          <button type="button" aria-label={t("file_remove", { name: each.name })} onClick={() => remove(each)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
