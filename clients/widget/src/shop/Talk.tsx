/** The talk: the chat's own panel in a frame of this page, as the same visitor. */

import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isOurs, type ToHost, type ToPanel } from "../protocol";
import type { T } from "./t";

type Props = { readonly t: T; readonly account: string; readonly close: () => void; readonly who: number };

export function Talk({ t, account, close, who }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const hear = (event: MessageEvent<unknown>) => {
      const panel = frame.current?.contentWindow;
      if (!panel || event.source !== panel || event.origin !== location.origin || !isOurs<ToHost>(event.data)) return;
      const say = (message: ToPanel) => panel.postMessage(message, location.origin);
      if (event.data.type === "ready") say({ hilo: 1, type: "shown", open: true, focus: false });
      else if (event.data.type === "close") close();
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, []);
  // Somebody else from now on: the panel begins anew.
  return <iframe key={who} ref={frame} class="talk" title={t("talk")} src={`/widget/panel.html?account=${account}&lang=${t.locale}`} />;
}
