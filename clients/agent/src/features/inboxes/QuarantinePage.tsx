/** What arrived and could not be understood: look at it, try it again, or let it go. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Page as ListPage } from "@shared/types";
import { address, api } from "@lib/api";
import { cache } from "@lib/cache";
import { reasonOf, sayOr, useT } from "@lib/i18n";
import type { Parked } from "@lib/model";
import { inboxesQuery, useCan } from "@lib/queries";
import { bytes, exact } from "@lib/time";
import { say } from "@lib/toasts";
import { Bead } from "@ui/Bead";
import { Button } from "@ui/Button";
import { Dialog } from "@ui/Dialog";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Line, Lines, Page } from "@ui/Page";
import { Confirm } from "@ui/Sheet";
import css from "./Inboxes.module.css";

const renew = () => cache.invalidateQueries({ queryKey: ["quarantine"] });

export function QuarantinePage() {
  const t = useT();
  const query = useInfiniteQuery({
    queryKey: ["quarantine"], initialPageParam: null as string | null, getNextPageParam: (page: ListPage<Parked>) => page.next_cursor,
    queryFn: ({ pageParam }) => api.get<ListPage<Parked>>("/quarantine", { cursor: pageParam, limit: 25 }),
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t("settings.quarantine")} lead={t("quarantine.lead")} wide>
      {query.isPending ? <Bones rows={4} /> : null}
      {query.isError ? <Failed what={t("settings.error")} error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && items.length === 0 ? <Empty drawing="shield" title={t("quarantine.empty_title")}>{t("quarantine.empty_body")}</Empty> : null}
      {items.length ? <Lines>{items.map((one) => <ParkedLine key={one.id} parked={one} />)}</Lines> : null}
      {query.hasNextPage ? <p><Button onClick={() => void query.fetchNextPage()}>{t("common.show_more")}</Button></p> : null}
    </Page>
  );
}

function ParkedLine({ parked }: { parked: Parked }) {
  const t = useT();
  const may = useCan("quarantine:write");
  const { data: inboxes } = useQuery(inboxesQuery);
  const account = inboxes?.flatMap((one) => one.accounts).find((one) => one.id === parked.account_id);
  const [looking, setLooking] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const code = parked.error?.code ?? "";
  const why = sayOr(t, `parked.${parked.error?.reason ?? ""}`, "", { field: parked.error?.field ?? "" });
  async function replay(): Promise<void> {
    try {
      await api.post(`/quarantine/${parked.id}/replay`);
      say(t("quarantine.replayed"));
    } catch (error) {
      say(t("toast.failed", { reason: reasonOf(t, error) }), { kind: "error" });
    }
    setTimeout(() => void renew(), 1500);
  }
  return (
    <>
      <Line icon={<Bead channel={account?.channel ?? ""} size={26} failed />} title={sayOr(t, `error.${code}`, code)}
        text={<>{why ? <span className={css.found}>{why}</span> : parked.error?.detail ? <code className={css.found} lang="en" translate="no">{parked.error.detail}</code> : null}{parked.summary ? <code className={css.summary}>{parked.summary}</code> : null}{exact(t, parked.received_at)} · {account?.name || account?.address || parked.source} · {bytes(t, parked.size_bytes)}</>}
        end={<>
          <Button small kind="quiet" onClick={() => setLooking(true)}>{t("quarantine.raw")}</Button>
          {may ? <Button small onClick={() => void replay()}>{t("quarantine.replay")}</Button> : null}
          {may ? <Button small kind="danger" onClick={() => setDiscarding(true)}>{t("quarantine.discard")}</Button> : null}
        </>} />
      {looking ? <Raw parked={parked} onClose={() => setLooking(false)} /> : null}
      {discarding ? <Confirm title={t("quarantine.discard")} body={t("quarantine.discard_body")} act={t("quarantine.discard")} onClose={() => setDiscarding(false)}
        onConfirm={async () => { await api.delete(`/quarantine/${parked.id}`); await renew(); setDiscarding(false); }} /> : null}
    </>
  );
}

function Raw({ parked, onClose }: { parked: Parked; onClose: () => void }) {
  const t = useT();
  const { id } = parked;
  const raw = useQuery({
    queryKey: ["quarantine", "raw", id], queryFn: async () => (await (await fetch(address(`/quarantine/${id}/raw`))).text()).slice(0, 200_000),
  });
  return (
    <Dialog onClose={onClose} title={t("quarantine.raw")} size={800}>
      {parked.error?.detail ? <p><code lang="en" translate="no">{parked.error.detail}</code></p> : null}
      <pre className={css.raw} tabIndex={0}>{raw.data ?? t("common.loading")}</pre>
      <p className={css.end}><a href={address(`/quarantine/${id}/raw`)} download>{t("thread.download", { name: `${id}.bin` })}</a></p>
    </Dialog>
  );
}
