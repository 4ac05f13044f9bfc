/** Files on their way to the server: picked, dropped or pasted. */
import { useRef, useState } from "react";
import { newId, upload } from "@lib/api";
import { useT } from "@lib/i18n";
import type { StoredFile } from "@lib/model";
import { bytes } from "@lib/time";
import { say } from "@lib/toasts";

export interface Uploading { key: string; name: string; part: number; cancel: () => void }

/** done: told of each that has arrived; the taker of that file is told after it. */
export function useUploads(limit: number, done: (file: StoredFile, inline: boolean) => void) {
  const t = useT();
  const [going, setGoing] = useState<readonly Uploading[]>([]);
  const finish = useRef(done);
  finish.current = done;

  function add(files: Iterable<File>, take?: (file: StoredFile) => void): void {
    for (const file of files) {
      if (file.size > limit) {
        say(t("composer.too_large", { name: file.name, limit: bytes(t, limit) }), { kind: "error" });
        continue;
      }
      const key = newId();
      const stop = new AbortController();
      setGoing((now) => [...now, { key, name: file.name, part: 0, cancel: () => stop.abort() }]);
      upload<StoredFile>(file, (part) => setGoing((now) => now.map((one) => (one.key === key ? { ...one, part } : one))), stop.signal)
        .then((stored) => {
          finish.current(stored, take !== undefined);
          take?.(stored);
        }, () => {
          if (!stop.signal.aborted) say(t("composer.upload_failed", { name: file.name }), { kind: "error" });
        })
        .finally(() => setGoing((now) => now.filter((one) => one.key !== key)));
    }
  }
  return { going, add };
}
