/** What became of acts and replies, said on the screen; also of those an earlier page left behind. */
import type { Conversation } from "@shared/types";
import { cache, showConversation } from "@lib/cache";
import { now as t } from "@lib/i18n";
import { tellOutcomes, without } from "@lib/outbox";
import { explain, restoreWhole, tell } from "./acts";
import { notSent, sent } from "./composer/send";

tellOutcomes({
  done: (intent, answer) => {
    if (intent.bound && intent.before) {
      const { bound: name, before } = intent;
      void cache.invalidateQueries({ queryKey: ["macros"] });
      tell(t()("macro.done", { name }), () => restoreWhole(before));
    } else sent(intent, answer);
  },
  refused: (intent, error) => {
    if (intent.message) {
      notSent(intent, error);
      return;
    }
    const now = cache.getQueryData<Conversation>(["conversation", intent.conversation]) ?? intent.before;
    if (now) showConversation(without(now, intent));
    // What it is by now, whatever was refused and why.
    void cache.invalidateQueries({ queryKey: ["conversation", intent.conversation] });
    explain(error);
  },
});
