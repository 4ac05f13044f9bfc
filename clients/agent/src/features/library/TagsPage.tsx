/** Tags: their words and colours. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Key } from "@shared/t";
import { api } from "@lib/api";
import { cache } from "@lib/cache";
import { fieldErrors, useT } from "@lib/i18n";
import type { Tag } from "@lib/model";
import { tagsQuery, useCan } from "@lib/queries";
import { Button, IconButton } from "@ui/Button";
import { Bones, Empty, Failed } from "@ui/Empty";
import { Field } from "@ui/Field";
import { IconPencil, IconPlus, IconTrash } from "@ui/icons";
import { Line, Lines, Page } from "@ui/Page";
import { Confirm, Sheet } from "@ui/Sheet";
import { ColorDot, TAG_COLORS, TagDot } from "@ui/TagChip";
import css from "./TagsPage.module.css";

const renew = () => cache.invalidateQueries({ queryKey: ["tags"] });

export function TagsPage() {
  const t = useT();
  const may = useCan("tag:write");
  const tags = useQuery(tagsQuery);
  const [editing, setEditing] = useState<Tag | "new" | null>(null);
  const [removing, setRemoving] = useState<Tag | null>(null);
  const add = may ? <Button kind="primary" icon={<IconPlus size={16} />} onClick={() => setEditing("new")}>{t("tags.new")}</Button> : null;
  return (
    <Page title={t("settings.tags")} lead={t("tags.lead")} action={tags.data?.length ? add : null}>
      {tags.isPending ? <Bones rows={4} /> : null}
      {tags.isError ? <Failed what={t("settings.error")} error={tags.error} retry={() => void tags.refetch()} /> : null}
      {tags.data?.length === 0 ? <Empty drawing="tag" title={t("tags.empty_title")} action={add}>{t("tags.empty_body")}</Empty> : null}
      {tags.data?.length ? (
        <Lines>
          {tags.data.map((tag) => (
            <Line key={tag.id} icon={<TagDot tag={tag} />} title={tag.name} end={may ? <>
              <IconButton label={t("tags.edit", { name: tag.name })} onClick={() => setEditing(tag)}><IconPencil size={16} /></IconButton>
              <IconButton label={`${t("common.delete")}: ${tag.name}`} onClick={() => setRemoving(tag)}><IconTrash size={16} /></IconButton>
            </> : null} />
          ))}
        </Lines>
      ) : null}
      {editing ? <TagSheet tag={editing === "new" ? null : editing} onClose={() => setEditing(null)} /> : null}
      {removing ? <Confirm title={`${t("common.delete")}: ${removing.name}`} body={t("tags.delete_body")} act={t("common.delete")} onClose={() => setRemoving(null)}
        onConfirm={async () => { await api.delete(`/tags/${removing.id}`); await renew(); setRemoving(null); }} /> : null}
    </Page>
  );
}

function TagSheet({ tag, onClose }: { tag: Tag | null; onClose: () => void }) {
  const t = useT();
  const [color, setColor] = useState(tag?.color ?? "grey");
  const [error, setError] = useState<unknown>(null);
  return (
    <Sheet title={tag ? t("tags.edit", { name: tag.name }) : t("tags.new")} submit={t("common.save")} onClose={onClose} onError={setError} onSubmit={async (form) => {
      const body = { name: form.get("name"), color };
      await (tag ? api.patch(`/tags/${tag.id}`, body) : api.post("/tags", body));
      await renew();
      onClose();
    }}>
      <Field label={t("common.name")} name="name" defaultValue={tag?.name ?? ""} required autoFocus maxLength={60} error={fieldErrors(error)["name"]} />
      <fieldset className={css.colors}>
        <legend>{t("tags.color")}</legend>
        {Object.keys(TAG_COLORS).map((one) => (
          <label key={one} className={css.color} title={t(`tags.color_${one}` as Key)}>
            <input type="radio" name="color" value={one} checked={color === one} onChange={() => setColor(one)} aria-label={t(`tags.color_${one}` as Key)} />
            <ColorDot color={one} />
          </label>
        ))}
      </fieldset>
    </Sheet>
  );
}
